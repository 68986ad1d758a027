// npm run test:kvm: gVisor's KVM platform on any x86-64 host. QEMU emulates a machine with SVM, in which /dev/kvm is real; in it,
// seebench has to find gvisor-kvm available and measure with it. This shows that it works. Its times are no measure of anything.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { cacheDir } from '../dist/provision/paths.js';
import { readRun } from '../dist/store/index.js';
import { erofsDisk, guestImage } from './kvm-guest/image.mjs';
import { runInGuest } from './kvm-guest/machine.mjs';
import { installMissing, must } from './kvm-guest/run.mjs';

const ENVIRONMENTS = ['native', 'gvisor-systrap', 'gvisor-kvm'];
const WORKLOADS = ['true', 'python', 'first-row', 'syscalls'];
const MEMORY_MIB = 4096;
const LIMIT_MS = 30 * 60_000;
/** Of the checkout, what the program needs to run is left in. */
const NOT_IN_GUEST = ['.git', 'results', 'reports', 'fresh-out', 'test', 'docs'];

const say = (line) => console.log(`test:kvm: ${line}`);
let failures = 0;

/** One promise: printed, counted. */
function promise(text, kept, otherwise = '') {
  console.log(`${kept ? 'PASS' : 'FAIL'} ${text}${kept || otherwise === '' ? '' : `: ${otherwise}`}`);
  if (!kept) failures++;
}

/** What set-up made for these environments, and nothing else of the cache: paths relative to it that stay out of the guest. */
function unused(cache, brought) {
  const needed = JSON.stringify(brought);
  return readdirSync(cache, { withFileTypes: true }).flatMap(({ name }) => {
    if (needed.includes(`${join(cache, name)}/`)) {
      return readdirSync(join(cache, name))
        .filter((key) => !needed.includes(join(cache, name, key)))
        .map((key) => join(name, key));
    }
    return [name];
  });
}

async function inGuest(exchange, work) {
  installMissing(say);
  const cache = cacheDir();
  say('set-up on this host');
  const env = `--env=${ENVIRONMENTS.join(',')}`;
  const brought = JSON.parse(must(process.execPath, ['dist/cli/main.js', 'setup', '--suite', 'smoke', env, '--json']));
  const image = guestImage(join(cache, 'kvm-guest'), say);
  const disks = ['checkout', 'cache'].map((name) => join(work, `${name}.erofs`));
  say('making the disks');
  erofsDisk(resolve('.'), disks[0], NOT_IN_GUEST);
  erofsDisk(cache, disks[1], unused(cache, brought));
  cpSync(new URL('./kvm-guest/session.sh', import.meta.url).pathname, join(exchange, 'session.sh'));
  say('booting the emulated machine; the whole takes some minutes');
  // Named, because what is in the cache under its own key depends on the Go that built it, and the guest has none.
  const runsc = join('/cache', relative(cache, brought.runsc.path));
  const command = `SEEBENCH_RUNSC=${runsc} bash /exchange/session.sh ${ENVIRONMENTS.join(',')} ${WORKLOADS.join(',')}`;
  const { stdout, stderr } = await runInGuest({
    image,
    exchange,
    disks,
    command,
    memoryMiB: MEMORY_MIB,
    limitMs: LIMIT_MS,
  });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
}

/** What `doctor --json` said inside. */
function judgeDoctor(exchange) {
  const { environments, host } = JSON.parse(readFileSync(join(exchange, 'doctor.json'), 'utf8'));
  for (const id of ENVIRONMENTS) {
    const found = environments.find((environment) => environment.id === id);
    promise(`doctor: ${id} is available`, found?.status === 'available', found?.reason ?? 'it is not listed');
  }
  promise('doctor: the CPU is known to be emulated', host.emulated === true);
}

/** The run's own files. */
async function judgeRun(exchange) {
  const { manifest, trials } = await readRun(join(exchange, 'results'));
  promise('run: it is complete', manifest.state.kind === 'complete', manifest.state.kind);
  const platform = manifest.environments.find(({ id }) => id === 'gvisor-kvm')?.probe.inside?.platform;
  promise('run: gvisor-kvm was seen to use the platform kvm', platform === 'kvm', String(platform));
  for (const workload of WORKLOADS) {
    const of = trials.filter(({ caseId }) => caseId === `${workload}@smoke`);
    for (const id of ENVIRONMENTS) {
      const trial = of.find(({ environmentId }) => environmentId === id);
      const { kind, reason } = trial?.outcome ?? { kind: 'absent' };
      promise(`run: ${workload} in ${id} completed`, kind === 'completed', `${kind} ${reason ?? ''}`);
    }
    const digests = new Set(of.map(({ digest }) => digest));
    if (workload === 'first-row')
      promise(
        `run: ${workload} has one answer everywhere`,
        digests.size === 1 && !digests.has(null),
        [...digests].join(' '),
      );
  }
}

function judgeReport(exchange) {
  const [first = ''] = readFileSync(join(exchange, 'report', 'report.md'), 'utf8')
    .split('\n')
    .filter(Boolean);
  promise('report: its first line says that times on an emulated CPU mean nothing', /emulated/i.test(first), first);
  promise('report: there is a page', existsSync(join(exchange, 'report', 'index.html')));
}

const work = mkdtempSync(join(tmpdir(), 'seebench-kvm-'));
const exchange = join(work, 'exchange');
mkdirSync(exchange);
const startedAt = Date.now();
try {
  await inGuest(exchange, work);
  judgeDoctor(exchange);
  await judgeRun(exchange);
  judgeReport(exchange);
  const left = readFileSync(join(exchange, 'left'), 'utf8').trim();
  promise('nothing is left in the machine: no process, mount or cgroup', left === '', left);
} catch (error) {
  promise('the test came to its end', false, error.message);
} finally {
  if (failures > 0 && existsSync(join(exchange, 'run.log')))
    console.log(readFileSync(join(exchange, 'run.log'), 'utf8').slice(-8000));
  rmSync(work, { recursive: true, force: true });
}
say(`${failures === 0 ? 'passed' : `${failures} promises broken`}, ${Math.round((Date.now() - startedAt) / 1000)} s`);
process.exitCode = failures === 0 ? 0 : 1;
