package house

import (
	"context"
	"fmt"
	"os"
	"time"

	"pratique/data/post"
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
