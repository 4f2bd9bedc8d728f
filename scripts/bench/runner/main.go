// runner measures whole processes: from fork to exit, pipes on all three streams, as notation starts its plugins.
// It reads a Spec as JSON on standard input and prints a Report as JSON. Rounds are interleaved (A B C … A B C …), so that
// a machine that slows down or speeds up does so for every command alike.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

type Command struct {
	Name  string   `json:"name"`
	Argv  []string `json:"argv"`
	Stdin string   `json:"stdin"`
	Env   []string `json:"env"`
	Dir   string   `json:"dir"`
}

type Spec struct {
	WarmUps  int       `json:"warmUps"`
	Rounds   int       `json:"rounds"`
	Commands []Command `json:"commands"`
}

type Run struct {
	WallMs  float64 `json:"wallMs"`
	CPUMs   float64 `json:"cpuMs"`
	PeakMiB float64 `json:"peakMiB"`
}

type Series struct {
	Name  string `json:"name"`
	Runs  []Run  `json:"runs"`
	Error string `json:"error,omitempty"`
}

type Report struct {
	Series []*Series `json:"series"`
}

func main() {
	var spec Spec
	if err := json.NewDecoder(os.Stdin).Decode(&spec); err != nil {
		fmt.Fprintf(os.Stderr, "bench-runner: the specification on standard input: %v\n", err)
		os.Exit(1)
	}
	report := Report{Series: make([]*Series, len(spec.Commands))}
	for i, command := range spec.Commands {
		report.Series[i] = &Series{Name: command.Name, Runs: make([]Run, 0, spec.Rounds)}
	}
	for round := range spec.WarmUps + spec.Rounds {
		for i, command := range spec.Commands {
			measureInto(report.Series[i], command, round >= spec.WarmUps)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		os.Exit(1)
	}
}

// A command that failed once is told and not run again: its times would mean nothing.
func measureInto(series *Series, command Command, counts bool) {
	if series.Error != "" {
		return
	}
	run, err := measure(command)
	if err != nil {
		series.Error = err.Error()
		return
	}
	if counts {
		series.Runs = append(series.Runs, run)
	}
}

func measure(command Command) (Run, error) {
	var stdout, stderr bytes.Buffer
	child := exec.Command(command.Argv[0], command.Argv[1:]...)
	child.Env = command.Env
	child.Dir = command.Dir
	child.Stdin = bytes.NewBufferString(command.Stdin)
	child.Stdout = &stdout
	child.Stderr = &stderr
	start := time.Now()
	err := child.Run()
	wall := time.Since(start)
	if err != nil {
		return Run{}, fmt.Errorf("%v: %s", err, tail(stderr.String()))
	}
	run := Run{
		WallMs: milliseconds(wall),
		CPUMs:  milliseconds(child.ProcessState.UserTime() + child.ProcessState.SystemTime()),
	}
	if usage, ok := child.ProcessState.SysUsage().(*syscall.Rusage); ok {
		// Kilobytes on Linux. A child starts with the peak of its parent, so nothing is seen below this program's own few MiB.
		run.PeakMiB = float64(usage.Maxrss) / 1024
	}
	return run, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func tail(text string) string {
	const limit = 400
	if len(text) <= limit {
		return text
	}
	return text[len(text)-limit:]
}
