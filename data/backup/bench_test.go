package backup_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"filippo.io/age"

	"pratique/data/audit"
	"pratique/data/backup"
	"pratique/data/store"
)

// BenchmarkBackup writes, verifies and restores a post of 100,000 records of
// 1.5 KB, a tenth with -short. What is checked is the audit log.
func BenchmarkBackup(b *testing.B) {
	records := 100_000
	if testing.Short() {
		records /= 10
	}
	dir, id := newPost(b), newIdentity(b)
	fill(b, dir, records)
	_, source := open(b, dir)
	to := backup.Recipients{Recovery: []age.Recipient{id.Recipient()}}
	path := filepath.Join(b.TempDir(), "backup")
	if _, err := backup.WriteFile(ctx, path, source, to, checkPost, nil); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	how := backup.Reading{Identity: id, Check: checkPost}
	reads := func(b *testing.B, read func(f *os.File) error) {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		if err := read(f); err != nil {
			b.Fatal(err)
		}
	}
	for _, bench := range []struct {
		name string
		run  func(b *testing.B, i int)
	}{
		{"write and verify", func(b *testing.B, i int) {
			other := filepath.Join(b.TempDir(), fmt.Sprint(i))
			if _, err := backup.WriteFile(ctx, other, source, to, checkPost, nil); err != nil {
				b.Fatal(err)
			}
			os.Remove(other)
		}},
		{"verify", func(b *testing.B, i int) {
			temp := b.TempDir()
			reads(b, func(f *os.File) error { _, err := backup.Verify(ctx, f, temp, how); return err })
		}},
		{"restore", func(b *testing.B, i int) {
			restored := filepath.Join(b.TempDir(), fmt.Sprint(i))
			reads(b, func(f *os.File) error { _, err := backup.Restore(ctx, f, restored, how); return err })
			os.RemoveAll(restored)
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(info.Size())
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				bench.run(b, i)
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys>>20), "MiB-of-memory")
		})
	}
}

// fill puts records into a post's database, and an entry of the log for each
// hundred.
func fill(b *testing.B, dir string, records int) {
	b.Helper()
	s, err := openBolt(filepath.Join(dir, "post.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	log, err := audit.Open(ctx, s, filepath.Join(dir, "head"))
	if err != nil {
		b.Fatal(err)
	}
	value := make([]byte, 1500)
	rand.Read(value)
	const batch = 1000
	for n := 0; n < records; n += batch {
		err := s.Update(ctx, func(tx store.Tx) error {
			for i := n; i < n+batch; i++ {
				if err := tx.Put(fmt.Sprintf("application/%08d", i), value); err != nil {
					return err
				}
			}
			return nil
		})
		for i := 0; i < batch/100 && err == nil; i++ {
			err = act(log)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
