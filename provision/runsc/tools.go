//go:build tools

// Package tools pins the module that runsc is built from; nothing here is compiled.
package tools

import _ "gvisor.dev/gvisor/runsc"
