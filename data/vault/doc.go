// Package vault seals the records of a post. It lies between a database engine
// and everything that reads and writes records: a [Vault] is a [store.Store]
// over an engine. Closed, it tells nothing but what it must to be opened, and
// how much there is; open, it is a store like any other.
//
// # Keys
//
//	passphrase of an officer ─ Argon2id, HKDF ─→ slot ─→ the officer's identity
//	recovery key, printed on paper ────────────────────→ the recovery identity
//	an identity ─ age ─→ data box     data keys by generation, and others below
//	an identity ─ age ─→ signing box  what opens the signing keys, for those who may
//	data key ──→ a record's own random key ──→ the record
//
// An identity is an X25519 key pair of age (age-encryption.org/v1). The boxes
// are encrypted to the public halves, so an officer is let in, shut out or
// given another passphrase without asking anybody else for theirs, and a new
// generation of data keys reaches everybody.
//
// # Bytes
//
// Some kinds of records lie open, because they are needed to open the rest or
// to write while the vault is closed: "vault/" and "slot/" (this package),
// "post/" (what stands in post.json too), "tries/" (counts and times of failed
// sign-ins), "audit-tree/" and "audit-state/" (hashes, counts). An entry of the
// log, "audit/", is sealed by [Tx.SealEntry] before it is hashed, so the log can
// be checked by somebody who cannot read it. Every other record is
//
//	01                        form
//	4 bytes                   generation of the data key, big-endian
//	12 bytes, 48 bytes        nonce, record key sealed with the data key
//	12 bytes, n + 16 bytes    nonce, value sealed with the record key
//
// with AES-256-GCM (NIST SP 800-38D). What is authenticated beside it is
// "pratique key" or "pratique value", the vault's identifier and the record's
// key, each ended by a zero byte: a value put in another's place does not open.
//
// The part of a key "lookup/" up to its next slash holds a value of a
// traveller. It is stored as a token, the first 16 bytes of HMAC-SHA-256 with a
// key from the data box, in hex; who has the file and guesses a value cannot
// confirm the guess.
//
// An entry of the log is 01, the generation, nonce and sealed bytes, or, where
// it was written while the vault was closed, 02 and an age file to the vault's
// mailbox, whose identity lies in the data box.
//
// # What is proved
//
// GCM proves each value, not that all of them are there and none is old. So the
// vault keeps a sum over all sealed records: HMAC-SHA-256 of key and
// authentication tag, added up modulo 2^256 (the multiset hash MSet-Add-Hash of
// Clarke et al., ASIACRYPT 2003). It is changed in the transaction of every
// change, sealed, together with the state of the log and a digest of the boxes
// and of "post/self", and compared when the vault is opened: a record that was
// deleted, or put back to an earlier state, a revocation for example, is found
// before anything is read; so are another log, other times in its state, another
// address of the post. What the log says beyond that state must have been written
// while the vault was closed, and be something that can happen then.
//
// A new generation of data keys brings a new key of the sum, and the sum is
// believed only as sealed with the newest data key: who was shut out and kept the
// keys of their time can change no record of the post without its being found.
package vault
