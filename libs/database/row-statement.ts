import type { EntityMetadata } from 'typeorm';

const made = new WeakMap<EntityMetadata, string>();

/** The statement that reads a workspace's row by its id, as the entity has it: `$1` is the id, `$2` the workspace. */
export function rowStatement(metadata: EntityMetadata): string {
  const known = made.get(metadata);
  if (known !== undefined) return known;
  const columns = metadata.columns.filter(({ isSelect }) => isSelect);
  // Each would be a value that the entity has in another form than the driver gives it.
  const converted = columns.find(({ transformer, isVirtualProperty }) => transformer !== undefined || isVirtualProperty);
  if (converted !== undefined) throw new Error(`${metadata.name}.${converted.propertyName} is not read as it is stored.`);
  const list = columns.map(({ databaseName, propertyName }) => `"${databaseName}" AS "${propertyName}"`).join(', ');
  const sql = `SELECT ${list} FROM "${metadata.tableName}" WHERE id = $1 AND workspace_id = $2`;
  made.set(metadata, sql);
  return sql;
}
