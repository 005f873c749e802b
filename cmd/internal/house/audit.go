package house

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"pratique/data/audit"
	"pratique/data/post"
	"pratique/data/store"
)

// holder says who has a post open.
func holder(now time.Time) string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s since %s", os.Getpid(), host, now.Format(time.DateTime))
}

// VerifyLog checks the log of the closed post in dir; see [post.VerifyLog].
func VerifyLog(ctx context.Context, dir, key string, checkpoints [][]byte, now time.Time) (n uint64, err error) {
	return post.VerifyLog(ctx, dir, engine, holder(now), key, checkpoints)
}

// EachEntry reads the log of the closed post in dir as it is there, checked or not.
func EachEntry(ctx context.Context, dir string, now time.Time, fn func(audit.Entry) error) error {
	return post.ReadLog(ctx, dir, engine, holder(now), func(tx store.Tx) error { return audit.Each(tx, 0, 0, fn) })
}

// Checkpoint signs the state of the log of the practice post in dir.
func Checkpoint(ctx context.Context, dir string, now time.Time) (_ []byte, err error) {
	f, err := post.Open(ctx, dir, engine, holder(now))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	words, err := f.PracticePassphrases()
	if err != nil {
		return nil, err
	}
	signer, err := f.LogSigner(ctx, words.Signer)
	if err != nil {
		return nil, err
	}
	return f.Log.Checkpoint(ctx, now, "", signer)
}
