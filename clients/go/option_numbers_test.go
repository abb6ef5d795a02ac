package zmq4

// Every Set and Get method must carry the number of its own option, as the engine knows it.

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"babelmq/zmq4/internal/testenv"

	pb "babelmq/zmq4/internal/babelmqv1"
)

// What this package answers itself, or sends as something else than an option.
var notOptions = map[string]bool{
	"GetEvents": true, "GetRcvmore": true, "GetThreadSafe": true, "GetType": true,
	"GetRcvtimeo": true, "GetSndtimeo": true, "SetRcvtimeo": true, "SetSndtimeo": true,
	"SetSubscribe": true, "SetUnsubscribe": true,
}

// Names that differ from the ones in zmq.h.
var otherNames = map[string]string{
	"Identity": "ROUTING_ID", "ConnectRid": "CONNECT_ROUTING_ID",
	"CurvePublickeyRaw": "CURVE_PUBLICKEY", "CurvePublickeykeyZ85": "CURVE_PUBLICKEY",
	"CurveSecretkeyRaw": "CURVE_SECRETKEY", "CurveSecretkeyZ85": "CURVE_SECRETKEY",
	"CurveServerkeyRaw": "CURVE_SERVERKEY", "CurveServerkeyZ85": "CURVE_SERVERKEY",
}

func TestOptionNumbers(t *testing.T) {
	numbers := engineNumbers(t)
	g, ctx := startFake(t, nil)
	soc := g.open(t, ctx, DEALER, nil, nil)
	seen := 0
	for i := range reflect.TypeOf(soc).NumMethod() {
		method := reflect.TypeOf(soc).Method(i)
		option := strings.TrimPrefix(strings.TrimPrefix(method.Name, "Set"), "Get")
		if option == method.Name || notOptions[method.Name] {
			continue
		}
		number, known := numbers[optionName(option)]
		if !known {
			t.Errorf("the engine has no option %s for %s", optionName(option), method.Name)
			continue
		}
		if got := g.optionOf(t, reflect.ValueOf(soc).Method(i)); got != number {
			t.Errorf("%s carries option %d, not %d", method.Name, got, number)
		}
		seen++
	}
	if seen < 80 {
		t.Errorf("only %d methods were looked at", seen)
	}
}

func engineNumbers(t *testing.T) (numbers map[string]int32) {
	t.Helper()
	program := "import core, json; print(json.dumps({o.name: o.value for o in core.SocketOption}))"
	output, err := testenv.PythonCommand("-c", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(output, &numbers); err != nil {
		t.Fatal(err)
	}
	return numbers
}

var wordStart = regexp.MustCompile("([a-z])([A-Z])")

// optionName makes TCP_KEEPALIVE_IDLE of TcpKeepaliveIdle.
func optionName(method string) string {
	if name, ok := otherNames[method]; ok {
		return name
	}
	return strings.ToUpper(wordStart.ReplaceAllString(method, "${1}_${2}"))
}

// optionOf calls a method and returns the number that the gateway got.
func (g *fakeGateway) optionOf(t *testing.T, method reflect.Value) int32 {
	t.Helper()
	var args []reflect.Value
	for i := range method.Type().NumIn() {
		args = append(args, reflect.Zero(method.Type().In(i)))
	}
	done := make(chan error, 1)
	go func() {
		results := method.Call(args)
		err, _ := results[len(results)-1].Interface().(error)
		done <- err
	}()
	command := g.next(t).Commands[0]
	id := command.GetSetOption().GetId() + command.GetGetOption().GetId()
	g.answers <- &pb.AttachResponse{Results: []*pb.CommandResult{{
		CommandId: command.CommandId, Option: intOption(id, 0),
	}}}
	if err := <-done; err != nil {
		t.Errorf("option %d: %v", id, err)
	}
	return id
}
