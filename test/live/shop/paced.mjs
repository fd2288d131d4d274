const { GATE } = process.env

/** Answers at once. */
export const quick = async ({ pathParameters }) => ({ statusCode: 200, body: pathParameters.id })

/** Waits until the test's clock has come so far. */
export async function slow({ pathParameters }) {
  await fetch(GATE)
  return { statusCode: 200, body: pathParameters.id }
}
