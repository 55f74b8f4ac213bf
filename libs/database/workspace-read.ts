import type { ClientBase, Connection, Submittable } from 'pg';
import { WORKSPACE_SETTING } from './roles.js';

/** What a read may be asked with. */
export type ReadParameter = string | number | null;

/** A constant text with `$1` … for the parameters. */
export interface Statement {
  sql: string;
  parameters: readonly ReadParameter[];
}

/** A column of what a statement gives, and how its texts are read. */
interface Column {
  name: string;
  read: (text: string) => unknown;
}

/** A statement that a connection has prepared. */
interface Prepared {
  name: string;
  /** Unknown until the server has described them. */
  columns?: Column[];
}

const NAME_WORKSPACE = `SELECT set_config('${WORKSPACE_SETTING}', $1, true)`;

/** By their text. Forgotten with the connection. */
const preparedOn = new WeakMap<Connection, Map<string, Prepared>>();

/**
 * Works inside a workspace in one round trip. The statement that names the workspace and those of the work go out with a single Sync,
 * and until a Sync Postgres runs what it gets as one transaction (54.2.4 Pipelining, in its documentation): the setting ends with it,
 * also when one of the two fails, and there is nothing to begin, commit or roll back.
 *
 * node-postgres calls `submit` when the connection is free, and `handle…` as the server's messages come in.
 */
export class WorkspaceRead implements Submittable {
  private readonly answers: (string | null)[][][] = [];
  private prepared: Prepared[] = [];
  /** Which statement the server answers; before the first it is set_config. */
  private at = -1;

  /** @param done called once; after an error the connection must not be used again, for what it has prepared is not known */
  constructor(
    private readonly client: ClientBase,
    private readonly workspaceId: string,
    private readonly statements: readonly Statement[],
    private readonly done: (error?: Error) => void,
  ) {}

  submit(connection: Connection): void {
    // One packet in place of six.
    connection.stream.cork();
    const naming = prepare(connection, NAME_WORKSPACE);
    this.prepared = this.statements.map(({ sql }) => prepare(connection, sql));
    connection.bind({ statement: naming.name, values: [this.workspaceId] }, true);
    connection.execute(null, true);
    for (const [index, { name, columns }] of this.prepared.entries()) {
      connection.bind({ statement: name, values: this.statements[index]?.parameters.map(textOf) ?? [] }, true);
      if (columns === undefined) connection.describe({ type: 'P' }, true);
      connection.execute(null, true);
    }
    connection.sync();
    connection.stream.uncork();
  }

  /** What a statement gave, after `done`. */
  rows<Row extends object>(statement = 0): Row[] {
    const columns = this.prepared[statement]?.columns ?? [];
    return (this.answers[statement] ?? []).map((texts) => rowOf(columns, texts) as Row);
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    const described = this.prepared[this.at];
    if (described === undefined) return;
    described.columns = fields.map(({ name, dataTypeID }) => ({
      name,
      read: this.client.getTypeParser(dataTypeID) as Column['read'],
    }));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.at >= 0) (this.answers[this.at] ??= []).push(fields);
  }

  handleCommandComplete(): void {
    this.at += 1;
  }

  handleReadyForQuery(): void {
    this.done();
  }

  handleError(error: Error): void {
    this.done(error);
  }
}

/** Sends what makes a statement ready on a connection, once. */
function prepare(connection: Connection, sql: string): Prepared {
  const statements = preparedOn.get(connection) ?? new Map<string, Prepared>();
  preparedOn.set(connection, statements);
  const known = statements.get(sql);
  if (known !== undefined) return known;
  const prepared = { name: `steno_read_${statements.size}` };
  connection.parse({ name: prepared.name, text: sql, types: [] }, true);
  statements.set(sql, prepared);
  return prepared;
}

function textOf(parameter: ReadParameter): string | null {
  return parameter === null ? null : String(parameter);
}

function rowOf(columns: readonly Column[], texts: readonly (string | null)[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  columns.forEach(({ name, read }, index) => {
    const text = texts[index] ?? null;
    row[name] = text === null ? null : read(text);
  });
  return row;
}
