// Package away tells when whoever sat at the workstation has left it while the
// program runs: the session was locked, another user came, the machine goes to
// sleep.
package away

import "errors"

// ErrUnwatched: this workstation does not tell when it is left, or not all of
// it. Only the desk's own clock locks it then.
var ErrUnwatched = errors.New("the workstation does not tell when it is left")
