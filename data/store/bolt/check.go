package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// errDamaged: the file is not a whole database.
var errDamaged = errors.New("the database file is damaged")

// check proves that the pages of a database file fit together, so that bbolt,
// which trusts them, can map the file into memory. A wrong page number there
// ends the process, and bbolt's own check has the same weakness. This one
// reads with ReadAt, looks at every page once at most and believes nothing.
// It does not see a changed key or value, nor where the last one in a page
// ends: pages have no checksums.
//
// The layout, all numbers in the machine's byte order:
//
//	page      id 8, flags 2, count 2, overflow 4, then count elements
//	branch    position 4, key size 4, page 8
//	leaf      flags 4, position 4, key size 4, value size 4
//	          position counts from the start of the element; keys and values follow
//	          the elements in their order without a gap; flag 1 marks a bucket, whose
//	          value is: root page 8, sequence 8; root 0: a leaf page follows
//	meta      magic 4, version 4, page size 4, flags 4, root page 8, sequence 8,
//	          freelist page 8, number of pages 8, transaction 8, FNV-1a of all that 8
//	freelist  page numbers 8 each; count 0xFFFF: the first is the count
func check(file io.ReaderAt, size int64) error {
	m, err := newestMeta(file, size)
	if err != nil {
		return err
	}
	if m.pages < 4 || m.pages > uint64(size)/m.pageSize {
		return fmt.Errorf("%w: %d pages of %d bytes in %d bytes", errDamaged, m.pages, m.pageSize, size)
	}
	c := &checker{file: file, meta: m, used: make([]bool, m.pages)}
	c.used[0], c.used[1] = true, true
	if err := c.tree(m.root, bounds{}, 0, true); err != nil {
		return err
	}
	return c.freelist()
}

const (
	pageHeader  = 16
	elementSize = 16
	metaSize    = 64

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10

	maxDepth = 64
)

var order = binary.NativeEndian

type meta struct{ pageSize, root, freelist, pages, tx uint64 }

// newestMeta finds the meta page that counts: the valid one of the later
// transaction. One of the two may be torn by a crash.
func newestMeta(file io.ReaderAt, size int64) (newest meta, err error) {
	read := func(at int64) (meta, bool) {
		b := make([]byte, pageHeader+metaSize)
		if _, err := file.ReadAt(b, at); err != nil {
			return meta{}, false
		}
		b = b[pageHeader:]
		sum := fnv.New64a()
		sum.Write(b[:metaSize-8])
		m := meta{
			pageSize: uint64(order.Uint32(b[8:])), root: order.Uint64(b[16:]),
			freelist: order.Uint64(b[32:]), pages: order.Uint64(b[40:]), tx: order.Uint64(b[48:]),
		}
		ok := order.Uint32(b) == 0xED0CDAED && order.Uint32(b[4:]) == 2 && order.Uint64(b[metaSize-8:]) == sum.Sum64()
		return m, ok && m.pageSize >= 512 && m.pageSize&(m.pageSize-1) == 0
	}
	first, ok := read(0)
	for at := int64(512); at <= 1<<16 && at < size; at *= 2 {
		second, valid := read(at)
		if valid && second.pageSize == uint64(at) && (!ok || first.pageSize == second.pageSize && second.tx > first.tx) {
			return second, nil
		}
	}
	if !ok {
		return meta{}, fmt.Errorf("%w or is no database", errDamaged)
	}
	return first, nil
}

type checker struct {
	file io.ReaderAt
	meta meta
	used []bool // by page
}

// bounds of the keys in a page; nil is none.
type bounds struct{ from, below []byte }

// take reads a page with its overflow and marks it as used.
func (c *checker) take(id uint64) ([]byte, error) {
	if id < 2 || id >= c.meta.pages {
		return nil, fmt.Errorf("%w: page %d of %d", errDamaged, id, c.meta.pages)
	}
	header := make([]byte, pageHeader)
	if _, err := c.file.ReadAt(header, int64(id*c.meta.pageSize)); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	n := uint64(order.Uint32(header[12:])) + 1
	if order.Uint64(header) != id || n > c.meta.pages-id {
		return nil, fmt.Errorf("%w: page %d has another one's header", errDamaged, id)
	}
	for i := id; i < id+n; i++ {
		if c.used[i] {
			return nil, fmt.Errorf("%w: page %d is used twice", errDamaged, i)
		}
		c.used[i] = true
	}
	page := make([]byte, n*c.meta.pageSize)
	if _, err := c.file.ReadAt(page, int64(id*c.meta.pageSize)); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	return page, nil
}

// tree checks a page and all below it. Only the tree at the top holds buckets.
func (c *checker) tree(id uint64, b bounds, depth int, top bool) error {
	page, err := c.take(id)
	if err != nil {
		return err
	}
	if order.Uint16(page[10:]) == 0 && depth > 0 {
		return fmt.Errorf("%w: page %d is empty", errDamaged, id)
	}
	if order.Uint16(page[8:]) == leafPage {
		return c.leaf(page, id, b, top)
	}
	elements, err := elements(page, 0)
	if err != nil || order.Uint16(page[8:]) != branchPage || len(elements) == 0 || depth == maxDepth {
		return fmt.Errorf("%w: page %d cannot stand there", errDamaged, id)
	}
	for i, e := range elements {
		inner := bounds{e.key, b.below}
		if i+1 < len(elements) {
			inner.below = elements[i+1].key
		}
		if !(bounds{b.from, inner.below}).hold(e.key) {
			return fmt.Errorf("%w: keys of page %d are out of order", errDamaged, id)
		}
		if err := c.tree(order.Uint64(e.head[8:]), inner, depth+1, top); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) leaf(page []byte, id uint64, b bounds, top bool) error {
	elements, err := elements(page, 4)
	if err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	flags := uint32(0)
	if top {
		flags = 1
	}
	for i, e := range elements {
		if !b.hold(e.key) || i > 0 && bytes.Compare(elements[i-1].key, e.key) >= 0 {
			return fmt.Errorf("%w: keys of page %d are out of order", errDamaged, id)
		}
		if order.Uint32(e.head) != flags || top && len(e.value) < 16 {
			return fmt.Errorf("%w: page %d mixes buckets and records", errDamaged, id)
		}
		if !top {
			continue
		}
		if root := order.Uint64(e.value); root != 0 {
			err = c.tree(root, bounds{}, 0, false)
		} else if inline := e.value[16:]; len(inline) < pageHeader || order.Uint16(inline[8:]) != leafPage {
			err = fmt.Errorf("%w: bucket in page %d", errDamaged, id)
		} else {
			err = c.leaf(inline, id, bounds{}, false)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b bounds) hold(key []byte) bool {
	return bytes.Compare(b.from, key) <= 0 && (b.below == nil || bytes.Compare(key, b.below) < 0)
}

type element struct{ head, key, value []byte }

// elements are the elements of a page. Position and sizes begin at the given
// offset in each; at 0 it is a branch and there are no values.
func elements(page []byte, offset int) ([]element, error) {
	all := make([]element, order.Uint16(page[10:]))
	next := pageHeader + len(all)*elementSize // where the next key must be
	if next > len(page) {
		return nil, fmt.Errorf("%w: too many elements", errDamaged)
	}
	for i := range all {
		at := pageHeader + i*elementSize
		head := page[at : at+elementSize]
		keySize, valueSize := int64(order.Uint32(head[offset+4:])), int64(0)
		if offset != 0 {
			valueSize = int64(order.Uint32(head[offset+8:]))
		}
		if int64(at)+int64(order.Uint32(head[offset:])) != int64(next) || keySize+valueSize > int64(len(page)-next) {
			return nil, fmt.Errorf("%w: element %d is out of place", errDamaged, i)
		}
		all[i] = element{head, page[next:][:keySize], page[next+int(keySize):][:valueSize]}
		next += int(keySize + valueSize)
	}
	return all, nil
}

// freelist checks that every page is either used or free, and none is both.
func (c *checker) freelist() error {
	page, err := c.take(c.meta.freelist)
	if err != nil {
		return err
	}
	if order.Uint16(page[8:]) != freelistPage {
		return fmt.Errorf("%w: page %d is no freelist", errDamaged, c.meta.freelist)
	}
	count, ids := uint64(order.Uint16(page[10:])), page[pageHeader:]
	if count == 0xFFFF {
		count, ids = order.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids)/8) {
		return fmt.Errorf("%w: freelist is too long", errDamaged)
	}
	for i := range count {
		id := order.Uint64(ids[8*i:])
		if id >= c.meta.pages || c.used[id] {
			return fmt.Errorf("%w: page %d is free and used", errDamaged, id)
		}
		c.used[id] = true
	}
	for id, used := range c.used {
		if !used {
			return fmt.Errorf("%w: page %d is neither free nor used", errDamaged, id)
		}
	}
	return nil
}
