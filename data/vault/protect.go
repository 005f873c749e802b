//go:build goexperiment.runtimesecret

package vault

import (
	"runtime/secret"
)

// Erasing says whether this build erases what [protect] allocated.
const Erasing = true

// protect runs f so that its registers and stack are erased before it returns,
// and what it allocated as soon as nothing refers to it any more.
func protect(f func()) { secret.Do(f) }
