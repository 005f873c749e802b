//go:build !linux && !windows

package away

import "context"

// Watch watches nothing here and says so: [ErrUnwatched].
func Watch(context.Context, func()) error { return ErrUnwatched }
