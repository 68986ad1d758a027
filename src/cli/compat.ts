import type { Compat } from '../config/index.js';
import { NATIVE, type CompatDifference, type CompatRow } from '../model/index.js';
import type { Driver } from '../sandbox/index.js';
import { compatProblems, compatRow, difference, lostModule, suspects, type ModuleState } from '../study/index.js';
import { AGAIN, compatCase, SuiteLaunches, type CompatSize } from './compat-launches.js';
import type { ConformContext, ConformStep, Found } from './conform.js';
import { say } from './print.js';

/** Tests that are looked at alone for the cause of what they do. */
const LOOKED_AT = { smoke: 10, full: 60 } as const;

/** Runs test suites that others wrote in every environment but those for single workloads, and compares test by test. */
export function compatStep(compat: Compat, size: CompatSize): ConformStep {
  return { cases: [compatCase(1)], run: (context) => new Comparison(compat, size).run(context) };
}

class Comparison {
  readonly #compat: Compat;
  readonly #size: CompatSize;

  constructor(compat: Compat, size: CompatSize) {
    this.#compat = compat;
    this.#size = size;
  }

  async run(context: ConformContext): Promise<Found> {
    const { drivers } = context;
    const launches = await SuiteLaunches.prepare(this.#compat, this.#size, context);
    const native = drivers.find(({ environment }) => environment.id === NATIVE)!;
    // A baseline that takes away what suites test is none for them.
    const others = drivers.filter(({ environment }) => environment.runtime === 'runsc');
    for (const { environment } of drivers)
      if (environment.id !== NATIVE && environment.runtime !== 'runsc')
        say(`${environment.id} is left out: it takes away what the suites test`);
    const modules = await launches.list(native);
    for (const { id } of this.#compat.suites)
      if (!modules.some(({ suite }) => suite === id)) say(`the root file system has no tests of ${id}`);
    const natively = await launches.all(native, modules);
    const rows: CompatRow[] = this.#rows(NATIVE, natively, []);
    const differences: CompatDifference[] = [];
    for (const driver of others) {
      const here = await launches.all(driver, modules);
      const found = await this.#differences(launches, native, natively, driver, here);
      differences.push(...found);
      rows.push(...this.#rows(driver.environment.id, here, found));
    }
    return { compat: rows, differences, problems: compatProblems(rows, differences) };
  }

  #rows(environment: string, states: readonly ModuleState[], found: readonly CompatDifference[]): CompatRow[] {
    return this.#compat.suites.map((suite) => {
      const own = states.filter(({ module }) => module.suite === suite.id);
      return compatRow(suite, environment, own, found);
    });
  }

  async #differences(
    launches: SuiteLaunches,
    native: Driver,
    natively: readonly ModuleState[],
    driver: Driver,
    here: readonly ModuleState[],
  ): Promise<CompatDifference[]> {
    const { id } = driver.environment;
    const { causes } = this.#compat;
    const rows = natively.flatMap((state, index) => lostModule(state, here[index]!, id, causes) ?? []);
    const suspected = natively.flatMap((state, index) => suspects(state, here[index]!));
    if (suspected.length === 0) return rows;
    say(
      `${suspected.length} tests came out differently in ${id}; running them again, ${AGAIN} times there and natively`,
    );
    const again = {
      native: await launches.again(native, suspected),
      here: await launches.again(driver, suspected),
    };
    let looked = 0;
    for (const suspect of suspected) {
      const seen = {
        native: again.native.map((run) => run(suspect)),
        here: again.here.map((run) => run(suspect)),
      };
      let row = difference(suspect, id, seen, [], causes);
      if (row.cause === null && !row.flaky && looked < LOOKED_AT[this.#size]) {
        looked++;
        row = difference(suspect, id, seen, await launches.unimplemented(driver, suspect), causes);
      }
      rows.push(row);
    }
    return rows;
  }
}
