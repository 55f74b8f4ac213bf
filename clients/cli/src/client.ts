/** The client that everything here goes through; published, it is a part of this package. */
export * from '../../typescript/src/index.ts';
