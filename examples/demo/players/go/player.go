// Every role of the demo in Go, with the API of pebbe/zmq4, through the gateway.
package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"log"
	"os"
	"strconv"

	"babelmq/zmq4"
)

// must ends the program when a step failed.
func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func open(kind zmq4.Type, endpoint string) *zmq4.Socket {
	socket, err := zmq4.NewSocket(kind)
	must(err)
	if endpoint != "" {
		must(socket.Connect(endpoint))
	}
	return socket
}

// bound opens a socket on a free port and prints its endpoint.
func bound(kind zmq4.Type) *zmq4.Socket {
	socket := open(kind, "")
	must(socket.Bind("tcp://127.0.0.1:*"))
	endpoint, err := socket.GetLastEndpoint()
	must(err)
	fmt.Println(endpoint)
	return socket
}

func isSpace(letter rune) bool {
	return letter == ' ' || (letter >= '\t' && letter <= '\r')
}

// count counts the words of every line that is pushed to us and pushes the number on.
func count(source, sink, name string) {
	lines, results := open(zmq4.PULL, source), open(zmq4.PUSH, sink)
	for {
		line, err := lines.RecvBytes(0)
		must(err)
		words := len(bytes.FieldsFunc(line, isSpace))
		_, err = results.SendMessage(name, strconv.Itoa(words))
		must(err)
	}
}

// listen says that we hear the feed, then reports the digest of what it brought.
func listen(feed, sink, name string) {
	news, results := open(zmq4.SUB, ""), open(zmq4.PUSH, sink)
	must(news.SetSubscribe("greeting"))
	must(news.SetSubscribe("docs"))
	must(news.Connect(feed))
	digest := sha256.New()
	for {
		message, err := news.RecvMessage(0)
		must(err)
		switch topic, text := message[0], message[1]; {
		case topic == "greeting":
			_, err = results.SendMessage(name, "here")
		case text != "":
			_, err = digest.Write([]byte(text))
		default:
			_, err = results.SendMessage(name, fmt.Sprintf("%x", digest.Sum(nil)))
		}
		must(err)
	}
}

// answer answers every request with the same text in capitals.
func answer() {
	socket := bound(zmq4.REP)
	for {
		question, err := socket.RecvBytes(0)
		must(err)
		_, err = socket.SendBytes(bytes.ToUpper(question), 0)
		must(err)
	}
}

// ask asks each question and prints its answer.
func ask(endpoint string, questions []string) {
	socket := open(zmq4.REQ, endpoint)
	defer socket.Close()
	for _, question := range questions {
		_, err := socket.Send(question, 0)
		must(err)
		reply, err := socket.Recv(0)
		must(err)
		fmt.Println(reply)
	}
}

// chat talks to the other side of a PAIR. Whoever connects begins; an empty endpoint binds.
func chat(endpoint, name string, rounds int) {
	var socket *zmq4.Socket
	if endpoint == "" {
		socket = bound(zmq4.PAIR)
	} else {
		socket = open(zmq4.PAIR, endpoint)
		_, err := socket.Send("hello, this is "+name, 0)
		must(err)
	}
	defer socket.Close()
	for number := 1; number <= rounds; number++ {
		text, err := socket.Recv(0)
		must(err)
		fmt.Println(text)
		if endpoint == "" || number < rounds { // the host has the last word
			_, err = socket.Send(fmt.Sprintf("%s has heard %d", name, number), 0)
			must(err)
		}
	}
}

func main() {
	switch args := os.Args[2:]; os.Args[1] {
	case "count":
		count(args[0], args[1], args[2])
	case "listen":
		listen(args[0], args[1], args[2])
	case "answer":
		answer()
	case "ask":
		ask(args[0], args[1:])
	case "chat":
		rounds, err := strconv.Atoi(args[2])
		must(err)
		chat(args[0], args[1], rounds)
	}
}
