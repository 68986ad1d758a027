// Command precompile writes a file of gVisor that holds compiled seccomp programs, as gVisor's own build does and a build of the
// Go module does not: without it every sentry and every gofer compiles its filter at its start.
//
//	precompile FILE    runsc/boot/filter/filter_precompiled.go or runsc/fsgofer/filter/filter_precompiled.go
package main

import (
	"log"
	"os"
	"strings"

	"gvisor.dev/gvisor/pkg/seccomp/precompiledseccomp"
	sentry "gvisor.dev/gvisor/runsc/boot/filter/config"
	gofer "gvisor.dev/gvisor/runsc/fsgofer/filter/config"
)

// Programs for devices that no sandbox here has would cost each start the time to make them.
var unused = []string{"NVProxy=true", "TPUProxy=true", "RDMAProxy=true"}

func main() {
	file := os.Args[1]
	programs, err := sentry.PrecompiledPrograms()
	if strings.Contains(file, "/fsgofer/") {
		programs, err = gofer.PrecompiledPrograms()
	}
	if err != nil {
		log.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	const register = "\tprecompiledPrograms = programs\n"
	if !strings.Contains(string(source), register) {
		log.Fatalf("%s: no place for programs", file)
	}
	var made strings.Builder
	for _, program := range programs {
		if !isUnused(program) {
			made.WriteString(program.Registration("\t", "precompiledseccomp", "programs"))
		}
	}
	text := strings.Replace(string(source), register, made.String()+register, 1)
	text = strings.Replace(text, "PrecompilationDisabledAtBuildTime = true", "PrecompilationDisabledAtBuildTime = false", 1)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}

func isUnused(program precompiledseccomp.Program) bool {
	for _, device := range unused {
		if strings.Contains(program.Name, device) {
			return true
		}
	}
	return false
}
