package vault

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"pratique/data/store"
	"pratique/data/store/mem"
)

// hidden is a key as the test remembers it, so that the test itself is no copy.
type hidden []byte

func hide(key []byte) hidden {
	h := make(hidden, len(key))
	for i, b := range key {
		h[i] = b ^ 0xA5
	}
	return h
}

// in reports at how many places of a buffer the key stands.
func (h hidden) in(b []byte) (n int) {
	first := h[0] ^ 0xA5
	for at := 0; ; at++ {
		next := bytes.IndexByte(b[at:], first)
		if next < 0 {
			return n
		}
		if at += next; at+len(h) > len(b) {
			return n
		}
		same := true
		for i := range h {
			if b[at+i]^0xA5 != h[i] {
				same = false
				break
			}
		}
		if same {
			n++
		}
	}
}

// residue counts the copies of keys in this process's writable memory.
func residue(keys []hidden) (copies int, err error) {
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return 0, err
	}
	defer maps.Close()
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		return 0, err
	}
	defer memory.Close()
	const part = 1 << 20
	buffer := make([]byte, part+keySize)
	defer clear(buffer)
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to uint64
		var mode string
		if _, err := fmt.Sscanf(strings.Replace(lines.Text(), "-", " ", 1), "%x %x %s", &from, &to, &mode); err != nil {
			return 0, err
		}
		if !strings.HasPrefix(mode, "rw") {
			continue
		}
		for at := from; at < to; at += part {
			n, err := memory.ReadAt(buffer[:min(uint64(len(buffer)), to-at)], int64(at))
			if err != nil && !errors.Is(err, io.EOF) && n == 0 {
				break // reserved and never used
			}
			for _, k := range keys {
				copies += k.in(buffer[:n])
			}
			clear(buffer) // or it would be found when its own turn comes
		}
	}
	return copies, nil
}

// TestNoKeyStaysInMemory: after the vault is locked no copy of a data key is in
// this process's memory, where the build erases it. While it is open there is
// one at least, so the search finds what is there.
func TestNoKeyStaysInMemory(t *testing.T) {
	ctx := context.Background()
	engine := mem.New()
	v, _, err := Create(ctx, engine, "practice", nil)
	if err != nil {
		t.Fatal(err)
	}
	cost := Cost{MemoryKiB: 64, Passes: 1, Threads: 1}
	slot, err := v.NewSlot("officer-a", []byte("kamo rudi teso bali"), cost)
	if err != nil {
		t.Fatal(err)
	}
	work := func(from, to int) {
		for i := from; i < to; i++ {
			key := fmt.Sprintf("application/%d", i)
			err := v.Update(ctx, func(tx store.Tx) error {
				_, read := tx.Get("application/0")
				return errors.Join(tx.Put(key, bytes.Repeat([]byte("x"), 1200)), read)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	err = v.Update(ctx, func(tx store.Tx) error { return PutSlot(tx, "officer-a", slot, true) })
	if err != nil {
		t.Fatal(err)
	}
	work(0, 200)
	v.Lock()
	k, err := v.Prove(ctx, "officer-a", []byte("kamo rudi teso bali"))
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Unlock(ctx, k, true); err != nil {
		t.Fatal(err)
	}
	k = Key{}
	err = v.Update(ctx, func(tx store.Tx) error {
		_, err := NewGeneration(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	work(200, 400)
	var keys []hidden
	for _, key := range v.keys.Load().box.Keys {
		keys = append(keys, hide(key))
	}
	keys = append(keys, hide(v.keys.Load().box.Tokens), hide(v.keys.Load().box.Sums))
	if n, err := residue(keys); err != nil || n < len(keys) {
		t.Fatalf("while open: %d copies of %d keys, %v", n, len(keys), err)
	}
	v.Lock()
	for range 3 {
		runtime.GC()
	}
	n, err := residue(keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("after the lock: %d copies of %d keys", n, len(keys))
	if Erasing && n > 0 {
		t.Errorf("%d copies of %d keys stay in memory", n, len(keys))
	}
}
