/** The fields of an API Gateway HTTP API event (payload format 2.0) that the functions use. */
export interface HttpRequest {
  readonly rawPath?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: { readonly http?: { readonly sourceIp?: string } };
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body is bytes, in base64. */
  readonly isBase64Encoded?: boolean;
}

/** The message is for who reads the answer: the operator in the App's list of recent deliveries, or a machine's log. */
export function respond(statusCode: number, message: string): HttpResponse {
  return respondWith(statusCode, { message });
}

/** @param retryAfter seconds, for a caller that is to come back */
export function respondWith(statusCode: number, body: object, retryAfter?: number): HttpResponse {
  const headers = {
    'content-type': 'application/json',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  };
  return { statusCode, headers, body: JSON.stringify(body) };
}

/** Header names are case-insensitive; API Gateway sends lower case, other callers may not. */
export function header(request: HttpRequest, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const [, value] = Object.entries(request.headers ?? {}).find(([key]) => key.toLowerCase() === wanted) ?? [];
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

/** The caller's address from API Gateway; a forwarded header could be forged. */
export function sourceAddress(request: HttpRequest): string | undefined {
  return request.requestContext?.http?.sourceIp;
}

/** The bytes of the body: API Gateway encodes bodies of a binary content type in base64. */
export function rawBody(request: HttpRequest): Buffer {
  return Buffer.from(request.body ?? '', request.isBase64Encoded === true ? 'base64' : 'utf8');
}
