// Command sentry is the boot command of runsc alone: the sidecar gvisor_sentry, which runsc starts as the sandbox's process instead of
// a second copy of itself.
package main

import (
	"math"
	"runtime"
	"runtime/debug"

	"gvisor.dev/gvisor/runsc/cli"
	"gvisor.dev/gvisor/runsc/cmd/sentry/sentrycmd"
	"gvisor.dev/gvisor/runsc/cmd/util"
	"gvisor.dev/gvisor/runsc/gvisorbinaries"
)

// firstCollection is the size of the heap at which garbage is first collected, bytes. A start, or the loading of a snapshot, stays
// below it; Go's own first collections come at 4 MiB, 8 MiB and so on, each with CPUs that the start has a use for.
const firstCollection = 64 << 20

// waitToCollect lets the heap grow to firstCollection, and leaves it to Go's own pace from then on.
func waitToCollect() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(firstCollection)
	runtime.SetFinalizer(new([16]byte), func(*[16]byte) {
		debug.SetGCPercent(100)
		debug.SetMemoryLimit(math.MaxInt64)
	})
}

func main() {
	waitToCollect()
	cli.Run(&gvisorbinaries.GvisorSentry, map[util.SubCommand]string{
		new(sentrycmd.Boot):   "internal use only",
		new(sentrycmd.Umount): "internal use only",
	}, nil)
}
