/** Where a pass that takes several runs goes on. */
export interface Bookmarks {
  readCursor(name: string): Promise<string | undefined>;
  writeCursor(name: string, cursor: string | undefined): Promise<void>;
}
