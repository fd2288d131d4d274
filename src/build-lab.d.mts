/** Writes the page of the lab into a folder, and answers its files with their sizes after gzip. */
export function buildLab(folder: string): Promise<Record<string, number>>
