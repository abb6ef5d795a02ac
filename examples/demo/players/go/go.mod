module babelmq/demo

go 1.26.0

require babelmq/zmq4 v0.0.0

replace babelmq/zmq4 => ../../../../clients/go
