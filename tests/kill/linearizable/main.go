// linearizable reads a recorded history of branches (one JSON object a line) and says whether there is an order of the operations
// that explains all replies: each takes effect at one moment between its call and its return, and those without a reply did so or
// did not. The search is Porcupine's.
//
// usage: linearizable HISTORY; exit code 0 = it is, 1 = it is not (the branch and its operations are printed), 2 = cannot tell.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

const timeLimit = 2 * time.Minute

// Event is one operation as a client saw it. Times are nanoseconds of one clock.
type Event struct {
	Client  int      `json:"client"`
	Branch  string   `json:"branch"`
	Op      string   `json:"op"`    // create, delete, put, drop, read
	Table   string   `json:"table"` // of put and drop
	Call    int64    `json:"call"`
	Return  int64    `json:"return"`
	Outcome string   `json:"outcome"` // ok, no_branch, branch_exists, no_table, table_exists, unknown
	Tables  []string `json:"tables"`  // of a read
}

// The state of one branch: "" is absent, otherwise "+" and its tables in order, each followed by ",".
const absent = ""

func parse(state string) map[string]bool {
	tables := map[string]bool{}
	for _, name := range strings.Split(strings.TrimPrefix(state, "+"), ",") {
		if name != "" {
			tables[name] = true
		}
	}
	return tables
}

func format(tables map[string]bool) string {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	sort.Strings(names)
	out := "+"
	for _, name := range names {
		out += name + ","
	}
	return out
}

// apply gives what the reply must be and the state afterwards.
func apply(state string, event Event) (string, string) {
	switch event.Op {
	case "create":
		if state != absent {
			return "branch_exists", state
		}
		return "ok", "+"
	case "delete":
		if state == absent {
			return "no_branch", state
		}
		return "ok", absent
	}
	if state == absent {
		return "no_branch", state
	}
	tables := parse(state)
	switch event.Op {
	case "put":
		if tables[event.Table] {
			return "table_exists", state
		}
		tables[event.Table] = true
	case "drop":
		if !tables[event.Table] {
			return "no_table", state
		}
		delete(tables, event.Table)
	}
	return "ok", format(tables)
}

func step(state, input, output interface{}) []interface{} {
	event := input.(Event)
	reply, next := apply(state.(string), event)
	if event.Outcome == "unknown" {
		return []interface{}{state, next}
	}
	if reply != event.Outcome {
		return nil
	}
	if event.Op == "read" && event.Outcome == "ok" {
		seen := map[string]bool{}
		for _, name := range event.Tables {
			seen[name] = true
		}
		if format(seen) != next {
			return nil
		}
	}
	return []interface{}{next}
}

func model() porcupine.Model {
	branches := porcupine.NondeterministicModel{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			byBranch := map[string][]porcupine.Operation{}
			for _, operation := range history {
				branch := operation.Input.(Event).Branch
				byBranch[branch] = append(byBranch[branch], operation)
			}
			parts := make([][]porcupine.Operation, 0, len(byBranch))
			for _, part := range byBranch {
				parts = append(parts, part)
			}
			return parts
		},
		Init: func() []interface{} { return []interface{}{absent} },
		Step: step,
		Equal: func(a, b interface{}) bool {
			return a.(string) == b.(string)
		},
	}
	return branches.ToModel()
}

func read(path string) ([]porcupine.Operation, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var history []porcupine.Operation
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var event Event
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return nil, err
		}
		history = append(history, porcupine.Operation{ClientId: event.Client, Input: event, Call: event.Call, Output: event.Outcome, Return: event.Return})
	}
	return history, lines.Err()
}

// report prints each branch that cannot be explained.
func report(history []porcupine.Operation) {
	whole := model()
	for _, part := range whole.Partition(history) {
		if porcupine.CheckOperationsTimeout(whole, part, timeLimit) == porcupine.Ok {
			continue
		}
		sort.Slice(part, func(i, j int) bool { return part[i].Call < part[j].Call })
		for _, operation := range part {
			line, _ := json.Marshal(operation.Input)
			fmt.Println(string(line))
		}
		fmt.Println()
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: linearizable HISTORY")
		os.Exit(2)
	}
	history, err := read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	switch porcupine.CheckOperationsTimeout(model(), history, timeLimit) {
	case porcupine.Ok:
		fmt.Printf("%d operations: linearizable\n", len(history))
	case porcupine.Unknown:
		fmt.Printf("%d operations: not decided in %s\n", len(history), timeLimit)
		os.Exit(2)
	default:
		fmt.Printf("%d operations: NOT linearizable\n", len(history))
		report(history)
		os.Exit(1)
	}
}
