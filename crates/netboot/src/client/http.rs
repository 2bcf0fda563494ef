//! An HTTP/1.1 client from one local address, keeping its connection, hashing as it reads.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::SendRequest;
use hyper::header::{ACCEPT, CONNECTION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HOST, HeaderName, RANGE, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use pxectl_model::digest::{Hasher, Sha256};
use tokio::net::TcpSocket;
use tokio::time::timeout;

use super::error::HttpError;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The file.
    Get,
    /// Its header only.
    Head,
}

/// What becomes of a body: how much of it is kept, and how much is taken at most. All of it is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body {
    /// The most bytes from its beginning that are kept in memory.
    pub keep: usize,
    /// The most bytes that are taken.
    pub limit: u64,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest<'a> {
    /// GET or HEAD.
    pub method: Method,
    /// Path and query, percent-encoded.
    pub target: &'a str,
    /// The Host header, as the client writes it.
    pub host: &'a str,
    /// The User-Agent header.
    pub user_agent: &'a str,
    /// `Accept: */*`, which UEFI HTTP Boot sends.
    pub accept: bool,
    /// First and last byte of a range (RFC 9110 14.1.2).
    pub range: Option<(u64, u64)>,
    /// What becomes of the body.
    pub body: Body,
}

/// A response that came whole.
#[derive(Debug, Clone)]
pub struct HttpGot {
    /// The status code.
    pub status: u16,
    /// Content-Length.
    pub length: Option<u64>,
    /// Content-Type, where it is text.
    pub content_type: Option<String>,
    /// Content-Range, where it is text.
    pub content_range: Option<String>,
    /// Bytes of the body.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
    /// Its first bytes, as many as were to be kept.
    pub kept: Vec<u8>,
}

/// A pretend machine's HTTP: at most one connection, used again while the server keeps it open.
pub struct HttpClient {
    local: IpAddr,
    patience: Duration,
    open: Option<(SocketAddr, SendRequest<Empty<Bytes>>)>,
}

impl HttpClient {
    /// Asks from this address; gives up when nothing comes for `patience`.
    pub fn new(local: IpAddr, patience: Duration) -> Self {
        Self { local, patience, open: None }
    }

    /// Asks a server and reads the answer to its last byte.
    ///
    /// # Errors
    /// Where no answer comes whole. A status that is no success is an answer.
    pub async fn ask(&mut self, server: SocketAddr, request: &HttpRequest<'_>) -> Result<HttpGot, HttpError> {
        let (reused, mut sender) = match self.open.take() {
            Some((at, sender)) if at == server && sender.is_ready() => (true, sender),
            _ => (false, self.connect(server).await?),
        };
        let first = self.exchange(server, &mut sender, request).await;
        let got = match first {
            // The server may close an idle connection at any time; nothing was read yet, so the request is asked again.
            Err(HttpError::Exchange { bytes: 0, .. }) if reused => {
                sender = self.connect(server).await?;
                self.exchange(server, &mut sender, request).await?
            }
            other => other?,
        };
        self.open = Some((server, sender));
        Ok(got)
    }

    async fn connect(&self, server: SocketAddr) -> Result<SendRequest<Empty<Bytes>>, HttpError> {
        let failed = |source| HttpError::Connect { server, local: self.local, source };
        let socket = if server.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.map_err(failed)?;
        socket.bind((self.local, 0).into()).map_err(failed)?;
        let connecting = timeout(self.patience, socket.connect(server));
        let stream = connecting.await.map_err(|_| failed(std::io::ErrorKind::TimedOut.into()))?.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|source| HttpError::Exchange { server, bytes: 0, source })?;
        tokio::spawn(async move {
            // What goes wrong on the connection reaches the request that is under way on it.
            let _ = connection.await;
        });
        Ok(sender)
    }

    async fn exchange(
        &self,
        server: SocketAddr,
        sender: &mut SendRequest<Empty<Bytes>>,
        asked: &HttpRequest<'_>,
    ) -> Result<HttpGot, HttpError> {
        let request = build(asked)?;
        let broken = |bytes, source| HttpError::Exchange { server, bytes, source };
        let silence = |bytes| HttpError::Silence { server, seconds: self.patience.as_secs(), bytes };
        let answer = timeout(self.patience, sender.send_request(request)).await.map_err(|_| silence(0))?;
        let response = answer.map_err(|source| broken(0, source))?;
        let mut got = HttpGot {
            status: response.status().as_u16(),
            length: header(&response, &CONTENT_LENGTH).and_then(|text| text.parse().ok()),
            content_type: header(&response, &CONTENT_TYPE),
            content_range: header(&response, &CONTENT_RANGE),
            bytes: 0,
            sha256: Hasher::new().finish(),
            kept: Vec::new(),
        };
        let mut hasher = Hasher::new();
        let mut body = response.into_body();
        while let Some(frame) = timeout(self.patience, body.frame()).await.map_err(|_| silence(got.bytes))? {
            let frame = frame.map_err(|source| broken(got.bytes, source))?;
            let Some(data) = frame.data_ref() else { continue };
            got.bytes += data.len() as u64;
            if got.bytes > asked.body.limit {
                return Err(HttpError::TooLong(asked.body.limit));
            }
            hasher.update(data);
            let room = asked.body.keep.saturating_sub(got.kept.len());
            got.kept.extend_from_slice(&data[..data.len().min(room)]);
        }
        got.sha256 = hasher.finish();
        match got.length {
            Some(promised) if asked.method == Method::Get && promised != got.bytes => {
                Err(HttpError::Length { promised, got: got.bytes })
            }
            _ => Ok(got),
        }
    }
}

fn build(asked: &HttpRequest<'_>) -> Result<Request<Empty<Bytes>>, HttpError> {
    let method = match asked.method {
        Method::Get => hyper::Method::GET,
        Method::Head => hyper::Method::HEAD,
    };
    let mut request = Request::builder()
        .method(method)
        .uri(asked.target)
        .header(HOST, asked.host)
        .header(USER_AGENT, asked.user_agent)
        .header(CONNECTION, "keep-alive");
    if asked.accept {
        request = request.header(ACCEPT, "*/*");
    }
    if let Some((first, last)) = asked.range {
        request = request.header(RANGE, format!("bytes={first}-{last}"));
    }
    request.body(Empty::new()).map_err(|_| HttpError::Request(asked.target.to_owned()))
}

fn header<T>(response: &Response<T>, name: &HeaderName) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
