import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

const client = new S3Client({ forcePathStyle: true })
const place = { Bucket: 'pictures', Key: 'a.txt' }

export const work = async ({ write }) => {
  try {
    if (write !== undefined) {
      await client.send(new PutObjectCommand({ ...place, Body: write }))
      return 'written'
    }
    const { Body } = await client.send(new GetObjectCommand(place))
    return await Body.transformToString()
  } catch (error) {
    return error.name
  }
}
