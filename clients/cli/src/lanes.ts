/** Does something for each item, so many at once. What fails ends the lane it is in. */
export async function inLanes<Item>(items: Iterable<Item>, lanes: number, act: (item: Item) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await act(next.value);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
