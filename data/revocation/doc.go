// Package revocation is what tells that a certificate was taken back to who has
// no line to the post: lists of hashes, our own, signed, and those of others.
//
// # Hashes
//
// A certificate is in a list by a hash of what identifies it: the first 16 bytes
// of SHA-256 over one of (eu-digital-green-certificates, dgc-gateway)
//
//	UCI             the identifier, UTF-8, as it stands in the payload
//	COUNTRYCODEUCI  the issuer as it stands in the payload, then the identifier
//	SIGNATURE       the signature; of ECDSA r alone, for s can be changed by anybody
//
// The identifier of a certificate seal and of a VDS-NC is the certificate
// number, that of a DCC its ci.
//
// # Our list
//
// The bytes are a signed note (C2SP signed-note, Ed25519) with this text, every
// line ended by a line feed:
//
//	pratique/UT/PR/practice/revocations    the name of the list, and of its key
//	7                                      its number; every list has the next
//	2022-07-09T02:30:00Z                   issued
//	2022-07-16T02:30:00Z                   when the next one is there at the latest
//	2                                      how many lines follow
//	SIGNATURE 2698afff2cdbd017bc957b6fa1764ac7
//	UCI 423bd0a847634ce8dea5dd5e9400f287
//
// Lines are in the order of their bytes and none is there twice; hashes are in
// lower-case hexadecimal; the number is decimal without a zero before it; the
// times are RFC 3339 in UTC, whole seconds. So there is one text for every list.
// What it is signed with signs nothing else. A list has all that those before it
// had: nothing is ever taken off. It revokes what its post issued, and nothing
// else.
//
// # Lists of others
//
// Of the EU: batches in JSON, {"country", "expires", "kid", "hashType",
// "entries": [{"hash": base64 of 16 bytes}]}; Bloom filters, big-endian:
//
//	int16 version = 1   int8 k   int8 hash function = 0 (SHA-256)   float32 rate
//	int32 n   int32 elements   int32 words   words × int32
//
// where bit i of an element is SHA-256(hash ‖ byte i) as a signed big-endian
// number, modulo the number of bits, counted from the highest of each word; and
// lists of partial hashes: one byte, how long each is (4 to 16), and then they.
// Of SMART Health Cards: {"kid", "method": "rid", "ctr", "rids": [rid, or rid "."
// seconds for cards from before that time]}.
//
// # For good
//
// A [Set] only ever grows. An older list, or a shorter one, takes nothing back.
package revocation
