package main

import (
	"testing"

	"github.com/anishathalye/porcupine"
)

func history(events ...Event) []porcupine.Operation {
	var all []porcupine.Operation
	for i, event := range events {
		event.Branch = "b"
		if event.Return == 0 {
			event.Call, event.Return = int64(10*i), int64(10*i+5)
		}
		all = append(all, porcupine.Operation{ClientId: i, Input: event, Call: event.Call, Output: event.Outcome, Return: event.Return})
	}
	return all
}

func TestOneAfterTheOther(t *testing.T) {
	good := history(Event{Op: "create", Outcome: "ok"}, Event{Op: "put", Table: "t", Outcome: "ok"},
		Event{Op: "create", Outcome: "branch_exists"}, Event{Op: "read", Outcome: "ok", Tables: []string{"t"}},
		Event{Op: "delete", Outcome: "ok"}, Event{Op: "read", Outcome: "no_branch"})
	if !porcupine.CheckOperations(model(), good) {
		t.Fatal("it is linearizable")
	}
}

func TestAnAcknowledgedPutThatIsLost(t *testing.T) {
	bad := history(Event{Op: "create", Outcome: "ok"}, Event{Op: "put", Table: "t", Outcome: "ok"}, Event{Op: "read", Outcome: "ok"})
	if porcupine.CheckOperations(model(), bad) {
		t.Fatal("the table is lost")
	}
}

func TestARefusedCreateThatHappened(t *testing.T) {
	bad := history(Event{Op: "put", Table: "t", Outcome: "no_branch"}, Event{Op: "create", Outcome: "branch_exists"})
	if porcupine.CheckOperations(model(), bad) {
		t.Fatal("there was no branch")
	}
}

func TestUnknownMayHaveHappenedOrNot(t *testing.T) {
	for _, seen := range [][]string{nil, {"t"}} {
		good := history(Event{Op: "create", Outcome: "ok"}, Event{Op: "put", Table: "t", Outcome: "unknown"},
			Event{Op: "read", Outcome: "ok", Tables: seen}, Event{Op: "read", Outcome: "ok", Tables: seen})
		if !porcupine.CheckOperations(model(), good) {
			t.Fatal("both are possible", seen)
		}
	}
	bad := history(Event{Op: "create", Outcome: "ok"}, Event{Op: "put", Table: "t", Outcome: "unknown"},
		Event{Op: "read", Outcome: "ok", Tables: []string{"t"}}, Event{Op: "read", Outcome: "ok"})
	if porcupine.CheckOperations(model(), bad) {
		t.Fatal("what was seen is there")
	}
}

func TestTwoAtOnce(t *testing.T) {
	one := Event{Op: "create", Outcome: "ok", Call: 1, Return: 100}
	other := Event{Op: "create", Outcome: "ok", Call: 2, Return: 90}
	if porcupine.CheckOperations(model(), history(one, other)) {
		t.Fatal("both created it")
	}
	other.Outcome = "branch_exists"
	if !porcupine.CheckOperations(model(), history(one, other)) {
		t.Fatal("one of them came first")
	}
}
