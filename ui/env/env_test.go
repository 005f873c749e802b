package env

import (
	"context"
	"errors"
	"testing"
)

func TestGo(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name             string
		cancel           bool
		err              error
		arrives, isShown bool
	}{
		{"result", false, nil, true, false},
		{"error", false, broken, true, false},
		{"cancelled", true, nil, false, false},
		{"cancelled, obeyed", true, context.Canceled, false, false},
		{"cancelled, failed", true, broken, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			arrived, shown := false, false
			var work, then func()
			e := &Env{
				Context: context.Background(),
				Run:     func(w, th func()) { work, then = w, th },
				Error:   func(error) { shown = true },
			}
			cancel := Go(e, func(ctx context.Context) (int, error) {
				if got := ctx.Err() != nil; got != tt.cancel {
					t.Errorf("context ended: %v, want %v", got, tt.cancel)
				}
				return 7, tt.err
			}, func(n int, err error) {
				arrived = n == 7 && err == tt.err
			})
			if tt.cancel {
				cancel()
			}
			work()
			then()
			if arrived != tt.arrives || shown != tt.isShown {
				t.Errorf("arrived %v, shown %v; want %v, %v", arrived, shown, tt.arrives, tt.isShown)
			}
		})
	}
}

func TestSynchronousIsInOrder(t *testing.T) {
	order := ""
	Synchronous(func() { order += "work " }, func() { order += "then" })
	if order != "work then" {
		t.Errorf("order %q", order)
	}
}
