// The guest's own disk: Debian with a stock kernel, Node and runc, made once by mmdebstrap and kept in the cache.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './run.mjs';

const SUITE = 'trixie';
const PACKAGES = [
  ...['linux-image-amd64', 'initramfs-tools', 'kmod', 'iproute2', 'procps', 'mount', 'nodejs', 'runc'],
  // Set-up compiles its helpers there: it has no network, so what it needs of the host is in the image.
  ...['gcc', 'libc6-dev'],
];
const INIT = new URL('./init.sh', import.meta.url).pathname;
/** What the kernel needs before it can see its root disk; Debian's kernel has these as modules. */
const BOOT_MODULES = ['virtio_pci', 'virtio_blk', 'ext4'];

/**
 * The directory with `kernel`, `initramfs` and `root.img`, built if it is not there; its name holds a digest of what it is made of.
 * @param {string} home where images are kept
 * @param {(line: string) => void} say
 */
export function guestImage(home, say) {
  const recipe = [SUITE, ...PACKAGES, ...BOOT_MODULES, readFileSync(INIT, 'utf8')].join('\n');
  const image = join(home, createHash('sha256').update(recipe).digest('hex').slice(0, 16));
  if (existsSync(image)) return image;
  mkdirSync(home, { recursive: true });
  say(`building the guest's image (${SUITE}, once, about two minutes)`);
  const work = mkdtempSync(join(home, 'build-'));
  try {
    const root = join(work, 'root');
    must('mmdebstrap', [
      '--quiet',
      '--variant=minbase',
      `--include=${PACKAGES.join(',')}`,
      `--customize-hook=upload ${INIT} /sbin/guest-init`,
      '--customize-hook=chmod 755 "$1/sbin/guest-init"',
      // Only the modules named here: the initramfs is small, and an emulated CPU unpacks it sooner.
      '--customize-hook=echo MODULES=list >"$1/etc/initramfs-tools/conf.d/modules"',
      `--customize-hook=printf '%s\\n' ${BOOT_MODULES.join(' ')} >>"$1/etc/initramfs-tools/modules"`,
      '--customize-hook=chroot "$1" update-initramfs -u',
      '--customize-hook=rm -rf "$1"/usr/share/doc/* "$1"/usr/share/locale/*',
      SUITE,
      root,
    ]);
    const built = join(work, 'image');
    mkdirSync(built);
    const boot = readdirSync(join(root, 'boot'));
    const bootFile = (prefix) => join(root, 'boot', boot.find((name) => name.startsWith(prefix)) ?? prefix);
    renameSync(bootFile('vmlinuz-'), join(built, 'kernel'));
    renameSync(bootFile('initrd.img-'), join(built, 'initramfs'));
    must('mke2fs', ['-q', '-t', 'ext4', '-O', '^has_journal', '-d', root, join(built, 'root.img'), '3G']);
    renameSync(built, image);
    return image;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * A read-only EROFS disk of a directory, without what `exclude` names (paths relative to it).
 * @param {string} from
 * @param {string} to
 * @param {readonly string[]} exclude
 */
export function erofsDisk(from, to, exclude) {
  must('mkfs.erofs', ['-E', 'noinline_data', ...exclude.map((path) => `--exclude-path=${path}`), to, from]);
}
