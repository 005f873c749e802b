//go:build !goexperiment.runtimesecret

package vault

// Erasing says whether this build erases what [protect] allocated.
const Erasing = false

// protect runs f. This build leaves what f held in memory to the garbage
// collector: with GOEXPERIMENT=runtimesecret it would be erased.
func protect(f func()) { f() }
