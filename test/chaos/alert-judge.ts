import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { PROJECT } from '../e2e/launcher.js';

const RULES = join(PROJECT, 'docker', 'observability', 'alerts.yml');
/** Of docker/observability/prometheus.yml. */
const SCRAPE_SECONDS = 15;
/** Longer than any alert looks back or waits. */
const MINUTES = 90;
const SAMPLES = (MINUTES * 60) / SCRAPE_SECONDS;

interface Rule {
  alert: string;
  expr: string;
}

interface Figure {
  value: number;
  /** It only rises: what counts is by how much. */
  rises: boolean;
}

/** The figures of a moment, by name and labels as Prometheus has them. */
export type Figures = ReadonlyMap<string, Figure>;

/** What was seen before something happened, and just after it. */
export interface Happening {
  before: Figures;
  after: Figures;
}

/** Every rule of the file. */
export function alertRules(): Rule[] {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** Reads what a process shows, as a scrape of it under this name does; null: it did not answer. */
export function scraped(job: string, text: string | null): Figures {
  const own = `instance="${job}-1",job="${job}"`;
  const figures = new Map<string, Figure>([[`up{${own}}`, { value: text === null ? 0 : 1, rises: false }]]);
  const types = new Map([...(text ?? '').matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));
  for (const [, name = '', labels, value] of (text ?? '').matchAll(/^([a-z]\w*)(?:\{(.*)\})? (\S+)$/gm)) {
    const rises = types.get(name) === 'counter' || types.get(name.replace(/_(bucket|count|sum)$/, '')) === 'histogram';
    figures.set(`${name}{${labels === undefined ? '' : `${labels},`}${own}}`, { value: Number(value), rises });
  }
  return figures;
}

/**
 * Has Prometheus's own engine say which alerts fire when what happened once happens again with every scrape.
 * @param asked alerts that are looked at
 * @returns those that fire
 */
export async function firing(directory: string, { before, after }: Happening, asked: readonly Rule[]): Promise<string[]> {
  const fired: string[] = [];
  for (const rule of asked) {
    const series = [...after].filter(([name]) => rule.expr.includes(name.slice(0, name.indexOf('{'))));
    const input = series.map(([name, { value, rises }]) => ({
      series: name,
      values: valuesOf(value, rises, before.get(name)?.value),
    }));
    if (await fires(directory, rule.alert, input)) fired.push(rule.alert);
  }
  return fired;
}

/** In promtool's notation: from what it was by so much with every scrape, or all the time what it is. */
function valuesOf(value: number, rises: boolean, before = 0): string {
  return rises ? `${before}+${value - before}x${SAMPLES}` : `${value}x${SAMPLES}`;
}

async function fires(directory: string, alert: string, input: { series: string; values: string }[]): Promise<boolean> {
  const file = join(directory, `${alert}.yml`);
  const firing = `count(ALERTS{alertname="${alert}",alertstate="firing"}) > bool 0`;
  const test = {
    interval: `${SCRAPE_SECONDS}s`,
    input_series: input,
    promql_expr_test: [{ expr: firing, eval_time: `${MINUTES}m`, exp_samples: [{ labels: '{}', value: 1 }] }],
  };
  writeFileSync(file, stringify({ rule_files: [RULES], evaluation_interval: '1m', tests: [test] }));
  try {
    await promisify(execFile)('promtool', ['test', 'rules', file]);
    return true;
  } catch (error) {
    const said = String((error as { stdout?: string }).stdout) + String((error as { stderr?: string }).stderr);
    // Nothing was counted: it does not fire. Whatever else is wrong is no answer.
    if (/got:"?\s*nil/.test(said)) return false;
    throw new Error(`promtool could not judge ${alert}: ${said}`, { cause: error });
  }
}
