import { requireBucketAccess } from './access.ts'
import { isoTime, quoted, sendXml } from './answer.ts'
import { type BucketRequest, numberIn } from './bucket-request.ts'
import { checksumElement } from './checksums.ts'
import type { OpenUpload } from './index-of-objects.ts'
import { encodeKey, optional, ownerElement } from './list-objects.ts'
import { openUploadOf } from './multipart-requests.ts'
import type { Element } from './xml.ts'

/** ListParts. */
export function listParts(request: BucketRequest): void {
  const { bucket, key, query } = request
  const { upload, parts } = openUploadOf(request)
  const most = Math.min(numberIn(query, 'max-parts', 0, 2 ** 31 - 1) ?? 1000, 1000)
  const marker = numberIn(query, 'part-number-marker', 0, 2 ** 31 - 1) ?? 0
  const after = [...parts.values()].filter(part => part.number > marker).sort((a, b) => a.number - b.number)
  const page = after.slice(0, most)
  const algorithm = upload.checksumAlgorithm
  const listed = page.map((part): Element => {
    const sum: Element[] =
      algorithm === undefined || part.checksum === undefined ? [] : [[checksumElement(algorithm), part.checksum]]
    return [
      'Part',
      [
        ['PartNumber', part.number],
        ['LastModified', isoTime(part.modifiedMs)],
        ['ETag', quoted(part.etag)],
        ['Size', part.bytes],
        ...sum,
      ],
    ]
  })
  const { owner, storageClass } = upload.template
  sendXml(request, [
    'ListPartsResult',
    [
      ['Bucket', bucket],
      ['Key', key],
      ['UploadId', upload.uploadId],
      ...uploaderElements(owner),
      ['StorageClass', storageClass],
      ['PartNumberMarker', marker],
      ['NextPartNumberMarker', page.at(-1)?.number ?? 0],
      ['MaxParts', most],
      ['IsTruncated', page.length < after.length],
      ...(algorithm === undefined
        ? []
        : ([
            ['ChecksumAlgorithm', algorithm],
            ['ChecksumType', upload.checksumType!],
          ] as Element[])),
      ...listed,
    ],
  ])
}

/** ListMultipartUploads. */
export function listUploads(request: BucketRequest): void {
  const { store, bucket, query } = request
  requireBucketAccess(request, store.shelfOf(bucket).bucket, 'read')
  const most = Math.min(numberIn(query, 'max-uploads', 0, 2 ** 31 - 1) ?? 1000, 1000)
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const marker = query.get('key-marker') ?? ''
  const idMarker = query.get('upload-id-marker') ?? ''
  const write = query.get('encoding-type') === 'url' ? encodeKey : (text: string) => text
  const all = store.uploads.list(bucket).filter(({ upload }) => upload.key.startsWith(prefix))
  const at = idMarker === '' ? -1 : all.findIndex(({ upload }) => upload.key === marker && upload.uploadId === idMarker)
  const after = at >= 0 ? all.slice(at + 1) : all.filter(({ upload }) => marker === '' || upload.key > marker)
  const groups = new Set<string>()
  const entries: OpenUpload[] = []
  for (const open of after) {
    const cut = delimiter === '' ? -1 : open.upload.key.indexOf(delimiter, prefix.length)
    if (cut >= 0) groups.add(open.upload.key.slice(0, cut + delimiter.length))
    else entries.push(open)
  }
  const page = entries.slice(0, most)
  const last = page.at(-1)?.upload
  const isTruncated = page.length < entries.length
  sendXml(request, [
    'ListMultipartUploadsResult',
    [
      ['Bucket', bucket],
      ['KeyMarker', write(marker)],
      ['UploadIdMarker', idMarker],
      ...optional('NextKeyMarker', isTruncated ? write(last!.key) : undefined),
      ...optional('NextUploadIdMarker', isTruncated ? last!.uploadId : undefined),
      ['Prefix', write(prefix)],
      ...optional('Delimiter', delimiter === '' ? undefined : write(delimiter)),
      ['MaxUploads', most],
      ['IsTruncated', isTruncated],
      ...page.map(({ upload }): Element => {
        const { owner, storageClass } = upload.template
        return [
          'Upload',
          [
            ['Key', write(upload.key)],
            ['UploadId', upload.uploadId],
            ...uploaderElements(owner),
            ['StorageClass', storageClass],
            ['Initiated', isoTime(upload.startedMs)],
          ],
        ]
      }),
      ...[...groups].map((group): Element => ['CommonPrefixes', [['Prefix', write(group)]]]),
    ],
  ])
}

/** Who began an upload and who will own what it makes: the same one. */
function uploaderElements(owner: string): Element[] {
  const [, who] = ownerElement(owner)
  return [['Initiator', who], ownerElement(owner)]
}
