package keys

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
)

const (
	logKeyFile = "keys/log.key"
	// LogFile is the file in a post's folder that holds the public half of the
	// log's key: one line, a verifier key as of golang.org/x/mod/sumdb/note
	// (C2SP signed-note "vkey"):
	//
	//	name "+" 8 hexadecimal digits "+" base64(0x01 ‖ 32 bytes of Ed25519)
	LogFile = "log.pub"
)

// LogName is the name of a post's log: "pratique/UT/PR/practice". It is the
// name of the log's key and the first line of what that key signs, so the
// checkpoints of practice cannot be taken for those of a real post.
func LogName(post data.Post) string {
	return "pratique/" + post.Country + "/" + post.Code + "/" + string(post.Kind)
}

// CreateLog makes the key of a post's log, Ed25519 and of no other use, and
// writes, below dir, keys/log.key and log.pub. It refuses to overwrite. The
// verifier key is returned.
func CreateLog(dir string, post data.Post, passphrase []byte) (verifier string, err error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("make key of the log: %w", err)
	}
	if verifier, err = note.NewEd25519VerifierKey(LogName(post), public); err == nil {
		_, err = note.NewVerifier(verifier) // names that no note can hold
	}
	if err != nil {
		return "", fmt.Errorf("make key of the log for %q: %w", LogName(post), err)
	}
	encrypted, err := encryptKey(key, passphrase)
	if err != nil {
		return "", err
	}
	if err = writeNew(filepath.Join(dir, filepath.FromSlash(logKeyFile)), encrypted, 0o600); err == nil {
		err = writeNew(filepath.Join(dir, LogFile), []byte(verifier+"\n"), 0o644)
	}
	return verifier, err
}

// OpenLog opens the key of the log of the post in folder dir. It must be the
// one of log.pub and of that post; else the error wraps [ErrUnfit].
func OpenLog(dir string, post data.Post, passphrase []byte) (note.Signer, error) {
	_, v, err := ReadLogVerifier(filepath.Join(dir, LogFile))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, filepath.FromSlash(logKeyFile))
	opened, err := readKey(path, passphrase)
	if err != nil {
		return nil, err
	}
	key, ok := opened.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%w: %s is not an Ed25519 key", ErrUnfit, path)
	}
	if name := LogName(post); v.Name() != name {
		return nil, fmt.Errorf("%w: %s is of %s, not of %s", ErrUnfit, LogFile, v.Name(), name)
	}
	// The last field of a note's private key is the kind, 1 for Ed25519, and the seed.
	s, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", v.Name(), v.KeyHash(),
		base64.StdEncoding.EncodeToString(append([]byte{1}, key.Seed()...))))
	if err != nil {
		return nil, fmt.Errorf("%w: %s does not belong to %s: %w", ErrUnfit, path, LogFile, err)
	}
	return s, nil
}

// ReadLogVerifier reads a file such as log.pub, or [HandoverFile]: the verifier
// key and what it stands for.
func ReadLogVerifier(path string) (verifier string, v note.Verifier, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", nil, fmt.Errorf("public key: %w", err)
	}
	verifier = strings.TrimRight(string(b), "\r\n")
	if v, err = note.NewVerifier(verifier); err != nil {
		return "", nil, fmt.Errorf("%w: %s: %w", ErrUnfit, path, err)
	}
	return verifier, v, nil
}
