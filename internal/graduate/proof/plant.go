package proof

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// killRate is the share of planted faults that a proof must reject to have been worth something.
const killRate = 0.9

// plant is L7: faults planted in the package's functions, of which the comparison must reject most. A fault that the original's own data does not
// show is tried with the changed inputs of L6 too.
func plant(ctx context.Context, s Subject, run oracle.Options, o Options, r *Report, changes []changed) error {
	source := s.Package.Source
	if source == "" {
		source = "src"
	}
	files := map[string]string{}
	err := filepath.WalkDir(filepath.Join(s.Package.Dir, filepath.FromSlash(source)), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".py" || d.Name() == "config.py" || strings.HasPrefix(d.Name(), "__") {
			return err
		}
		rel, err := filepath.Rel(s.Package.Dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the package: %w", err)
	}
	mutants, err := oracle.Mutate(ctx, run.Python, files, r.Trace.Lines, o.Mutants, 1)
	if err != nil {
		return err
	}
	limited := run
	limited.Warm = true
	limited.TotalLimit = max(20*time.Second, time.Duration(4*r.Trace.Seconds*float64(time.Second))+10*time.Second)
	killed, reached := 0, 0
	for i, m := range mutants {
		o.Progress(fmt.Sprintf("planted fault %d of %d", i+1, len(mutants)))
		made := Mutant{File: m.File, Line: m.Line, What: m.What, State: Unreached}
		if m.Reached {
			reached++
			if made.By, err = reject(ctx, s, limited, m, changes); err != nil {
				return err
			}
			made.State = Survived
			if made.By != "" {
				killed++
				made.State = Killed
			}
		}
		r.Mutants = append(r.Mutants, made)
	}
	detail := fmt.Sprintf("%d of %d planted faults rejected", killed, reached)
	switch {
	case reached == 0:
		r.Levels[7] = Level{Nothing, "no place for a fault in what was executed"}
	case float64(killed) >= killRate*float64(reached):
		r.Levels[7] = Level{Held, detail}
	default:
		for _, m := range r.Mutants {
			if m.State == Survived {
				detail += fmt.Sprintf("; first that passed: %s line %d, %s", m.File, m.Line, m.What)
				break
			}
		}
		r.Levels[7] = Level{Failed, detail}
	}
	return nil
}

// reject says which comparison rejects the mutant, "" when none does.
func reject(ctx context.Context, s Subject, run oracle.Options, m oracle.Mutant, changes []changed) (string, error) {
	p := s.Package
	p.Replace = map[string][]byte{m.File: []byte(m.Source)}
	mutated := s
	mutated.Package = p
	try := func(run oracle.Options, from *oracle.Trace, under string) (string, error) {
		to, err := oracle.RunPackage(ctx, p, run)
		if err != nil {
			return "", err
		}
		if to.Status != oracle.Complete {
			return "L1" + under + ": " + ending(to), nil
		}
		rows := holdOutputs(mutated, from, to)
		if under == "" {
			rows = append(rows, holdBoundaries(mutated, from, to)...)
		}
		for _, row := range rows {
			if row.Verdict == Different || row.Verdict == Missing {
				return fmt.Sprintf("L%d%s: %s", row.Level, under, row.Output), nil
			}
		}
		return "", nil
	}
	by, err := try(run, s.Graded.Trace, "")
	if by != "" || err != nil {
		return by, err
	}
	for _, c := range changes {
		options := c.options
		options.TotalLimit = run.TotalLimit
		if by, err := try(options, c.trace, " with "+c.name); by != "" || err != nil {
			return by, err
		}
	}
	return "", nil
}
