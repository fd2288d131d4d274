import { compareUtf8, createSortedMap, type SortedMap } from '../../lib/sorted-map.ts'
import type { Bucket, ObjectVersion, Upload, UploadPart } from './object-model.ts'

/** What is in memory of a bucket. */
export interface Shelf {
  bucket: Bucket
  /** Versions of every key, newest first; never an empty list. */
  objects: SortedMap<string, readonly ObjectVersion[]>
}

export interface OpenUpload {
  upload: Upload
  /** By number. */
  parts: Map<number, UploadPart>
}

export interface ObjectIndex {
  shelves: Map<string, Shelf>
  uploads: Map<string, OpenUpload>
}

/** Records are named by what they are and what they are of. */
export const recordNames = {
  bucket: (name: string) => `bucket ${name}`,
  object: (bucket: string, key: string) => `object ${bucket} ${key}`,
  upload: (uploadId: string) => `upload ${uploadId}`,
  part: (uploadId: string, number: number) => `part ${uploadId} ${number}`,
}

/** Builds the index from records as they were found. Objects and parts whose bucket or upload is gone are left out. */
export function createObjectIndex(found: ReadonlyMap<string, unknown>): ObjectIndex {
  const shelves = new Map<string, Shelf>()
  const uploads = new Map<string, OpenUpload>()
  for (const [name, value] of found) {
    if (name.startsWith('bucket ')) addShelf(shelves, value as Bucket)
    else if (name.startsWith('upload ')) {
      const upload = value as Upload
      uploads.set(upload.uploadId, { upload, parts: new Map() })
    }
  }
  for (const [name, value] of found) {
    if (name.startsWith('object ')) {
      const rest = name.slice('object '.length)
      const space = rest.indexOf(' ')
      shelves.get(rest.slice(0, space))?.objects.set(rest.slice(space + 1), value as ObjectVersion[])
    } else if (name.startsWith('part ')) {
      const part = value as UploadPart
      uploads.get(part.uploadId)?.parts.set(part.number, part)
    }
  }
  return { shelves, uploads }
}

export function addShelf(shelves: Map<string, Shelf>, bucket: Bucket): Shelf {
  const shelf = { bucket, objects: createSortedMap<string, readonly ObjectVersion[]>(compareUtf8) }
  shelves.set(bucket.name, shelf)
  return shelf
}

/** All blobs that something refers to. */
export function blobsOf({ shelves, uploads }: ObjectIndex): Set<string> {
  const blobs = new Set<string>()
  for (const { objects } of shelves.values())
    for (const [, versions] of objects.ascend())
      for (const version of versions) for (const blob of version.blobs) blobs.add(blob)
  for (const { parts } of uploads.values())
    for (const part of parts.values()) for (const blob of part.blobs) blobs.add(blob)
  return blobs
}
