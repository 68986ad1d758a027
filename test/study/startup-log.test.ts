import { describe, expect, it } from 'vitest';
import { startSteps, steppedStart } from '../../src/study/index.js';

/** Lines of real debug logs of one launch of `/bin/true`, each process's own, some fields cut. */
const RUN = `D1125 16:02:39.435043   25717 cli.go:284] runsc process spawned at 16:02:39.426524, Go started execution at 16:02:39.433213. Startup overhead: 6.689198ms
I1125 16:02:39.435051   25717 cli.go:287] **************** gVisor ****************
D1125 16:02:39.435140   25717 specutils.go:134] Spec:
{
  "ociVersion": "1.0.2",
D1125 16:02:39.435206   25717 container.go:217] Create container, cid: x1, rootDir: "/tmp/sb/root"
I1125 16:02:39.435991   25717 container.go:1754] Starting gofer with command: [runsc-gofer --debug=true
D1125 16:02:39.436063   25717 container.go:1759] Starting gofer: /proc/self/exe [runsc-gofer --debug=true
I1125 16:02:39.440788   25717 container.go:1763] Gofer started, PID: 25724
D1125 16:02:39.441900   25717 urpc.go:635] urpc: unmarshal success.
D1125 16:02:39.442032   25717 sandbox.go:1407] Starting sandbox: /proc/self/exe [runsc-sandbox --debug-log=/tmp/sb/log/
I1125 16:02:39.446473   25717 sandbox.go:1436] Sandbox started, PID: 25725
D1125 16:02:39.493957   25717 container.go:1337] Save container, cid: x1
D1125 16:02:39.494637   25717 container.go:461] Start container, cid: x1
D1125 16:02:39.528315   25717 container.go:1337] Save container, cid: x1
D1125 16:02:39.529182   25717 container.go:683] Wait on container, cid: x1
D1125 16:02:39.529259   25717 urpc.go:592] urpc: successfully marshalled 45 bytes.
D1125 16:02:39.539425   25717 urpc.go:635] urpc: unmarshal success.
D1125 16:02:39.541905   25717 container.go:977] Destroy container, cid: x1
I1125 16:02:39.543808   25717 container.go:701] Gofer process (PID=25724) reaped: exit code = -1
I1125 16:02:39.544235   25717 cli.go:317] Exiting with status: 0
`;
const BOOT = `D1125 16:02:39.459278       1 cli.go:284] runsc process spawned at 16:02:39.450524, Go started execution at 16:02:39.456611. Startup overhead: 6.087281ms
I1125 16:02:39.459303       1 timing.go:439] Timer for runsc boot: Starting.
D1125 16:02:39.459347       1 timing.go:125] Timer for runsc boot: Timeline runsc boot reached midpoint Go code running at 16:02:39.456611789 (unix nanos: 1795622559456611789)
D1125 16:02:39.492534       1 timing.go:125] Timer for runsc boot: Timeline runsc boot reached midpoint platform created at 16:02:39.492533759 (unix nanos: 1795622559492533759)
D1125 16:02:39.510991       1 timing.go:167] Timer for runsc boot: Timeline runsc boot forked into child timeline runsc boot/root container at 16:02:39.510989271 (unix nanos: 1795622559510989271)
D1125 16:02:39.511965       1 timing.go:125] Timer for runsc boot: Timeline runsc boot/root container reached midpoint mounted "/dev" at 16:02:39.511964655 (unix nanos: 1795622559511964655)
D1125 16:02:39.525964       1 timing.go:246] Timer for runsc boot: Timeline runsc boot ended at 16:02:39.525964264 (unix nanos: 1795622559525964264)
[16:02:39.462681]\t +3 319µs ▉▉▉         \t├─ CPUID initialized: 3 319µs         
D1125 16:02:39.526415       1 timing.go:875] Timer for runsc boot: time 1795622559466509444 16:02:39.466509444 mid runsc boot = host info read
`;
const GOFER = `I1125 16:02:39.466473       1 seccomp.go:90] Seccomp filters installed.
I1125 16:02:39.466495       1 gofer.go:410] Serving "/" mapped to "/root" on FD 10 (ro: true)
I1125 16:02:39.539158       1 gofer.go:513] All lisafs servers exited.
`;
const name = (command: string): string => `runsc.log.20261125-160239.426524.${command}.txt`;
const LOGS = [
  { file: name('run'), text: RUN },
  { file: name('boot'), text: BOOT },
  { file: name('gofer'), text: GOFER },
];
/** 16:02:39.426 on that day, UTC. */
const SPAWN = 1_795_622_559_426_000_000n;

describe('steps of a start by the debug logs of runsc', () => {
  it('are in the order of time, since the spawn: to the nanosecond in the timeline, to the microsecond elsewhere', () => {
    expect(startSteps(LOGS, SPAWN)).toEqual([
      { name: 'runtime/Go code running', ns: 7_213_000 },
      { name: 'runtime/gofer being started', ns: 10_063_000 },
      { name: 'runtime/gofer started', ns: 14_788_000 },
      { name: 'runtime/sandbox being started', ns: 16_032_000 },
      { name: 'runtime/sandbox started', ns: 20_473_000 },
      { name: 'boot/Go code running', ns: 30_611_789 },
      { name: 'gofer/seccomp filters installed', ns: 40_473_000 },
      { name: 'gofer/serving', ns: 40_495_000 },
      { name: 'boot/platform created', ns: 66_533_759 },
      { name: 'runtime/create returned', ns: 67_957_000 },
      { name: 'runtime/start called', ns: 68_637_000 },
      { name: 'boot/mounted "/dev"', ns: 85_964_655 },
      { name: 'runtime/wait called', ns: 103_182_000 },
      { name: 'gofer/connections closed', ns: 113_158_000 },
      { name: 'runtime/exit seen', ns: 113_425_000 },
      { name: 'runtime/gofer gone', ns: 117_808_000 },
      { name: 'runtime/end', ns: 118_235_000 },
    ]);
  });

  it('do not depend on the time zone in which the log is written, nor on midnight', () => {
    const at = (time: string): number | undefined =>
      startSteps([{ file: name('run'), text: `I1125 ${time}   25717 cli.go:317] Exiting with status: 0` }], SPAWN)[0]
        ?.ns;
    expect([at('16:02:39.436000'), at('21:32:39.436000'), at('03:47:39.436000')]).toEqual([1e7, 1e7, 1e7]);
    const midnight = 1_795_651_199_999_000_000n;
    const [after] = startSteps(
      [{ file: name('run'), text: 'I1126 00:00:00.009000   25717 cli.go:317] Exiting with status: 0' }],
      midnight,
    );
    expect(after?.ns).toBe(1e7);
  });

  it('are none in a log that says nothing of the kind', () => {
    expect(startSteps([{ file: 'x', text: 'panic: no\n{}' }], SPAWN)).toEqual([]);
  });
});

describe('stamps of a container that is run step by step', () => {
  it('are those that were reached', () => {
    const text = '{"begin":"1795622559426500000","created":"1795622559446000000","started":"1795622559450000000"}\n';
    expect(steppedStart(text, SPAWN)).toEqual([
      { name: 'runtime/begin', ns: 500_000 },
      { name: 'runtime/created', ns: 20_000_000 },
      { name: 'runtime/start returned', ns: 24_000_000 },
    ]);
  });
});
