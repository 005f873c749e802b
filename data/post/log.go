package post

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/store"
	"pratique/data/store/lock"
)

// detailLogKey is where the entry of the post's creation, the first of its log,
// holds the public key of that log: whoever knows a checkpoint knows the key.
const detailLogKey = "log-key"

// checkLogKey returns a [audit.Fault] unless the log began with that key.
func checkLogKey(tx store.Tx, verifier string) error {
	err := error(&audit.Fault{First: 1, Last: 1, Reason: "it is missing"})
	each := audit.Each(tx, 0, 1, func(e audit.Entry) error {
		if err = nil; e.Act != audit.PostCreated || e.Detail[detailLogKey] != verifier {
			err = &audit.Fault{First: 1, Last: 1, Reason: "names another key of the log"}
		}
		return nil
	})
	return errors.Join(each, err)
}

// readLog runs fn on the log of a closed post, whole or not. It changes
// nothing but the text in the lock file.
func readLog(ctx context.Context, dir string, engine Engine, holder string, fn func(store.Tx) error) (err error) {
	if _, err := Describe(dir); err != nil {
		return err
	}
	l, err := lock.Acquire(filepath.Join(dir, fileLock), holder)
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	defer func() { err = errors.Join(err, l.Release()) }()
	s, err := engine.Open(filepath.Join(dir, fileDB))
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.View(ctx, fn)
}

// VerifyLog checks the log of a closed post against itself, its head file and
// checkpoints, and returns how many entries hold together. Nobody needs to sign
// in: entries are hashed as they are sealed. Key is the verifier
// key of the log, from wherever the caller trusts; empty: the post's log.pub.
// The error is a [audit.Fault] where entries are bad.
func VerifyLog(ctx context.Context, dir string, engine Engine, holder, key string, checkpoints [][]byte) (n uint64, err error) {
	p, err := Describe(dir)
	if err != nil {
		return 0, err
	}
	if key == "" {
		if key, _, err = keys.ReadLogVerifier(filepath.Join(dir, keys.LogFile)); err != nil {
			return 0, err
		}
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		return 0, fmt.Errorf("public key of the log: %w", err)
	}
	if v.Name() != keys.LogName(p) {
		return 0, fmt.Errorf("the key is that of %s, the post is %s: %w", v.Name(), keys.LogName(p), ErrMixed)
	}
	head, err := audit.ReadHead(filepath.Join(dir, fileHead))
	if err != nil {
		return 0, err
	}
	known := []audit.Head{head}
	for i, c := range checkpoints {
		h, err := audit.ParseCheckpoint(c, v)
		if err != nil {
			return 0, fmt.Errorf("checkpoint %d of %d: %w", i+1, len(checkpoints), err)
		}
		known = append(known, h)
	}
	err = readLog(ctx, dir, engine, holder, func(tx store.Tx) (err error) {
		if n, err = audit.Verify(tx, known...); err != nil {
			return err
		}
		return checkLogKey(tx, key)
	})
	return n, err
}
