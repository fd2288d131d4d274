export interface CreatedObject {
  bucket: string
  key: string
  sizeBytes: number
  etag: string
  /** `Put`, `Copy` or `CompleteMultipartUpload`. */
  how: string
  versionId?: string
  sourceIp?: string
  requestId?: string
}

/** The event by which a bucket calls a function. Source: Amazon S3 User Guide, "Event message structure", version 2.1. */
export function objectCreatedEvent(object: CreatedObject, nowMs: number, region = 'us-east-1'): object {
  const { bucket, key, sizeBytes, etag, how, sourceIp = '127.0.0.1', requestId = '' } = object
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: new Date(nowMs).toISOString(),
        eventName: `ObjectCreated:${how}`,
        userIdentity: { principalId: 'CDNLAB' },
        requestParameters: { sourceIPAddress: sourceIp },
        responseElements: { 'x-amz-request-id': requestId },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'created',
          bucket: { name: bucket, ownerIdentity: { principalId: 'CDNLAB' }, arn: `arn:aws:s3:::${bucket}` },
          // Keys travel as in a form: spaces as plus signs.
          object: {
            key: encodeURIComponent(key).replace(/%20/g, '+').replace(/%2F/g, '/'),
            size: sizeBytes,
            eTag: etag.replaceAll('"', ''),
            sequencer: Math.floor(nowMs * 1000)
              .toString(16)
              .toUpperCase()
              .padStart(16, '0'),
            ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
          },
        },
      },
    ],
  }
}
