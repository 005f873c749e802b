package hcert

import (
	"encoding/binary"
	"hash/adler32"
)

// deflate compresses b into the one zlib stream that a seal may have: header
// 78 01, one last block with the fixed codes of RFC 1951 §3.2.6, Adler-32.
// From left to right it takes the longest repetition of 3 to 258 bytes that
// began at most 32,768 bytes earlier, the nearest if several are as long, and
// a literal where there is none.
//
// Compressors of libraries choose differently from version to version. This
// one may not: a reader compresses again and compares, so that of all texts
// that inflate to the same bytes only one is a seal.
func deflate(b []byte) []byte {
	w := bitWriter{out: []byte{0x78, 0x01}}
	w.bits(1, 1) // last block
	w.bits(1, 2) // fixed codes
	for i := 0; i < len(b); {
		length, distance := repetition(b, i)
		if length == 0 {
			w.symbol(int(b[i]))
			i++
			continue
		}
		code, extra, value := lengthCode(length)
		w.symbol(code)
		w.bits(value, extra)
		code, extra, value = distanceCode(distance)
		w.huffman(code, 5)
		w.bits(value, extra)
		i += length
	}
	w.symbol(endOfBlock)
	w.flush()
	return binary.BigEndian.AppendUint32(w.out, adler32.Checksum(b))
}

const (
	minRepetition = 3
	maxRepetition = 258
	maxDistance   = 32768
	endOfBlock    = 256
)

// repetition is the longest repetition that begins at i, the nearest of them;
// 0, 0 if there is none.
func repetition(b []byte, i int) (length, distance int) {
	for from := i - 1; from >= 0 && i-from <= maxDistance; from-- {
		n := 0
		for n < maxRepetition && i+n < len(b) && b[from+n] == b[i+n] {
			n++
		}
		if n >= minRepetition && n > length {
			length, distance = n, i-from
		}
	}
	return length, distance
}

// lengthCode is the symbol of a length with its extra bits (RFC 1951 §3.2.5).
func lengthCode(length int) (code, extra, value int) {
	if length == maxRepetition {
		return 285, 0, 0
	}
	length -= minRepetition
	if length < 8 {
		return 257 + length, 0, 0
	}
	for extra = 1; length >= 8<<extra; extra++ {
	}
	return 261 + 4*extra + (length>>extra)&3, extra, length & (1<<extra - 1)
}

// distanceCode is the symbol of a distance with its extra bits.
func distanceCode(distance int) (code, extra, value int) {
	distance--
	if distance < 4 {
		return distance, 0, 0
	}
	for extra = 1; distance >= 4<<extra; extra++ {
	}
	return 2 + 2*extra + (distance>>extra)&1, extra, distance & (1<<extra - 1)
}

// bitWriter packs bits from the lowest of each byte.
type bitWriter struct {
	out  []byte
	acc  uint64
	held int
}

// bits writes the low n bits of v, lowest first.
func (w *bitWriter) bits(v, n int) {
	w.acc |= uint64(v) << w.held
	for w.held += n; w.held >= 8; w.held -= 8 {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
	}
}

// huffman writes a code of n bits, highest first.
func (w *bitWriter) huffman(code, n int) {
	for n--; n >= 0; n-- {
		w.bits(code>>n&1, 1)
	}
}

// symbol writes a literal, a length or the end with its fixed code.
func (w *bitWriter) symbol(s int) {
	switch {
	case s < 144:
		w.huffman(0x30+s, 8)
	case s < 256:
		w.huffman(0x190+s-144, 9)
	case s < 280:
		w.huffman(s-256, 7)
	default:
		w.huffman(0xc0+s-280, 8)
	}
}

// flush ends the last byte with zeros.
func (w *bitWriter) flush() {
	if w.held > 0 {
		w.bits(0, 8-w.held)
	}
}
