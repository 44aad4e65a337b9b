//go:build linux || darwin

package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// Checkpoint stores the state a run wants its next attempt to have.
func (s *Service) Checkpoint(ctx context.Context, run int64, state json.RawMessage) error {
	_, err := s.DB.Exec(ctx, "INSERT INTO rw_checkpoints (run_id, data, at) VALUES (?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET data = excluded.data, at = excluded.at",
		run, string(state), clock().UnixMicro())
	if err != nil {
		return fmt.Errorf("store the checkpoint: %w", err)
	}
	return nil
}

func (s *Service) checkpoint(run int64) json.RawMessage {
	var data string
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.DB.Read().QueryRow(ctx, "SELECT data FROM rw_checkpoints WHERE run_id = ?", run).Scan(&data); err != nil {
		if !errors.Is(err, store.ErrNoRows) {
			s.Log.Error("cannot read a checkpoint", "run", run, "error", err)
		}
		return nil
	}
	return json.RawMessage(data)
}

// Cancel cancels a run here or elsewhere.
func (s *Service) Cancel(ctx context.Context, id int64, reason string) (Run, error) {
	run, err := s.Engine.Cancel(ctx, id, reason)
	if err != nil {
		return run, err
	}
	s.cancelHere(id)
	return run, nil
}

func (s *Service) cancelHere(id int64) {
	if s.Pool.Cancel(id, "cancelled") {
		return
	}
	s.mu.Lock()
	var run Run
	for q, runs := range s.backlog {
		for i, r := range runs {
			if r.ID == id {
				run = r
				s.backlog[q] = slices.Delete(runs, i, i+1)
				break
			}
		}
	}
	s.mu.Unlock()
	if run.ID != 0 {
		now := clock()
		s.finish(&Attempt{Run: run, Outcome: WasCancel, Cause: "cancelled", Error: "cancelled", Started: now, Ended: now})
	}
}

// Replay makes a run live again.
func (s *Service) Replay(ctx context.Context, id int64, args json.RawMessage) (Run, error) {
	if args != nil && (len(args) == 0 || args[0] != '{' || !json.Valid(args)) {
		return Run{}, errors.New("the new arguments are not a JSON object")
	}
	run, err := s.Engine.Replay(ctx, id, args)
	if err == nil {
		s.hungryFor(run.Queue)
	}
	return run, err
}

func (s *Service) hungryFor(queue string) {
	s.mu.Lock()
	s.hungry[queue] = true
	if !slices.Contains(s.queues, queue) {
		s.queues = append(s.queues, queue)
	}
	s.mu.Unlock()
	s.kick()
}

// PauseQueue and PauseJob stop and resume claiming, on every node.
func (s *Service) PauseQueue(ctx context.Context, name string, paused bool) error {
	if err := s.Engine.PauseQueue(ctx, name, paused); err != nil {
		return err
	}
	s.findQueues(ctx)
	s.kickAll()
	return nil
}

func (s *Service) PauseJob(ctx context.Context, name string, paused bool) error {
	if _, ok := s.Declaration(name); !ok {
		return fmt.Errorf("job %s: %w", name, ErrNoJob)
	}
	if err := s.Engine.PauseJob(ctx, name, paused); err != nil {
		return err
	}
	s.kickAll()
	return nil
}

// Ended is closed when Run has returned.
func (s *Service) Ended() <-chan struct{} { return s.ended }

// Draining says whether this node is stopping.
func (s *Service) Draining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

// Offline makes a service that operates the queue without running anything: what the terminal uses when no server of
// this directory is up, and on Postgres. Declarations are those that the last server stored.
func Offline(ctx context.Context, db *store.DB, engine *River, log *slog.Logger) (*Service, error) {
	s := NewService(db, engine, NewPool(PoolOptions{}), log, ServiceOptions{})
	s.offline = true
	rows, err := db.Read().Query(ctx, "SELECT declared FROM rw_jobs")
	if err != nil {
		return nil, fmt.Errorf("read the declared jobs: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var doc string
		var d Declaration
		if err := rows.Scan(&doc); err != nil {
			return nil, err
		}
		if json.Unmarshal([]byte(doc), &d) == nil && d.Name != "" {
			s.decls[d.Name] = d
		}
	}
	return s, rows.Err()
}
