import { quoted } from './answer.ts'
import type { BucketRequest } from './bucket-request.ts'
import { checksumField } from './checksums.ts'
import { lastModified } from './conditions.ts'
import { BucketFailure } from './failure.ts'
import type { ObjectVersion } from './object-model.ts'
import { readTagField } from './tags.ts'

/** What HTTP says of an object's content; a signed GET may ask for other words. */
export const contentFields = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]
/** Fields of an object that are kept and given back as they came. */
const keptFields = [...contentFields, 'x-amz-website-redirect-location']
const metaPrefix = 'x-amz-meta-'
const greatestMetadataBytes = 2048
const storageClasses = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'EXPRESS_ONEZONE',
]
/** What asks for encryption or locks; to take it and not do it would be a lie. */
const refusedFields = [
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-copy-source-server-side-encryption-customer-algorithm',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-legal-hold',
]

export type Description = Pick<ObjectVersion, 'fields' | 'metadata' | 'storageClass' | 'tags'>

/** What a request says of an object besides its bytes. Throws MetadataTooLarge, InvalidTag, InvalidArgument, NotImplemented. */
export function readDescription(request: BucketRequest): Description {
  const { field } = request
  refuseUnknownOrders(request)
  const fields: Record<string, string> = { 'content-type': 'binary/octet-stream' }
  for (const name of keptFields) {
    const value = name === 'content-encoding' ? withoutChunked(field(name)) : field(name)
    if (value !== undefined && value !== '') fields[name] = value
  }
  const storageClass = field('x-amz-storage-class') ?? 'STANDARD'
  if (!storageClasses.includes(storageClass))
    throw new BucketFailure('InvalidArgument', 'The storage class you specified is not valid', {
      ArgumentName: 'x-amz-storage-class',
      ArgumentValue: storageClass,
    })
  return { fields, metadata: readMetadata(request), storageClass, tags: readTagField(field('x-amz-tagging')) }
}

export function refuseUnknownOrders({ field }: BucketRequest): void {
  for (const name of refusedFields)
    if (field(name) !== undefined) throw new BucketFailure('NotImplemented', undefined, { Header: name })
  const encryption = field('x-amz-server-side-encryption')
  if (encryption !== undefined)
    throw new BucketFailure('NotImplemented', 'Objects are not encrypted here.', {
      Header: 'x-amz-server-side-encryption',
    })
}

function readMetadata({ request }: BucketRequest): Record<string, string> {
  const metadata: Record<string, string> = {}
  let bytes = 0
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith(metaPrefix)) continue
    const text = Array.isArray(value) ? value.join(',') : (value ?? '')
    bytes += name.length - metaPrefix.length + text.length
    Object.defineProperty(metadata, name.slice(metaPrefix.length), { value: text, enumerable: true })
  }
  if (bytes > greatestMetadataBytes)
    throw new BucketFailure('MetadataTooLarge', undefined, {
      Size: String(bytes),
      MaxSizeAllowed: String(greatestMetadataBytes),
    })
  return metadata
}

/** `aws-chunked` is how a body travels and no property of the object. */
function withoutChunked(encoding: string | undefined): string | undefined {
  if (encoding === undefined) return undefined
  return encoding
    .split(',')
    .map(name => name.trim())
    .filter(name => name.toLowerCase() !== 'aws-chunked')
    .join(',')
}

/** The fields of an answer that describe an object. */
export function fieldsOf(version: ObjectVersion): Record<string, string> {
  const fields: Record<string, string> = {
    ...version.fields,
    ETag: quoted(version.etag),
    'Last-Modified': lastModified(version),
    'Accept-Ranges': 'bytes',
  }
  for (const [name, value] of Object.entries(version.metadata)) fields[metaPrefix + name] = value
  if (version.versionId !== 'null') fields['x-amz-version-id'] = version.versionId
  if (version.storageClass !== 'STANDARD') fields['x-amz-storage-class'] = version.storageClass
  if (version.tags.length > 0) fields['x-amz-tagging-count'] = String(version.tags.length)
  return fields
}

export function checksumFieldsOf({ checksum }: Pick<ObjectVersion, 'checksum'>): Record<string, string> {
  return checksum === undefined
    ? {}
    : { [checksumField(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type }
}
