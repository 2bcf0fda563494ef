//! Connections: accepted, watched, ended.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::doors::{Call, Doors, Place};
use super::handle::{Site, handle};
use super::lane::Lane;
use super::limits::Limits;
use super::wire::Wire;

/// A running HTTP server.
pub(crate) struct Serving {
    tasks: TaskTracker,
    /// Accept no more.
    stop: CancellationToken,
    doors: Arc<Doors>,
}

struct Server {
    site: Arc<Site>,
    limits: Limits,
    doors: Arc<Doors>,
    protocol: http1::Builder,
}

/// Serves on this socket, in tasks of the runtime that it is called in.
pub(crate) fn serve(listener: TcpListener, site: Arc<Site>, limits: Limits, most: usize) -> Serving {
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let mut protocol = http1::Builder::new();
    // Its timer would count a pause between requests as a slow header; the watchman here tells them apart.
    protocol.header_read_timeout(None).half_close(false).keep_alive(true).writev(true);
    protocol.max_buf_size(limits.head_bytes.max(8192)).max_headers(limits.head_fields);
    let doors = Arc::new(Doors::new(&limits, most));
    let server = Arc::new(Server { site, limits, doors: doors.clone(), protocol });
    tasks.spawn(accept(listener, server, tasks.clone(), stop.clone()));
    Serving { tasks, stop, doors }
}

impl Serving {
    /// Takes no more connections, lets what is under way end for so long, then cuts it.
    pub(crate) async fn stop(&self, grace: Duration) {
        self.stop.cancel();
        self.doors.call(Call::Finish);
        self.tasks.close();
        if timeout(grace, self.tasks.wait()).await.is_err() {
            self.doors.call(Call::End);
            self.tasks.wait().await;
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.cancel();
        self.doors.call(Call::End);
    }
}

async fn accept(listener: TcpListener, server: Arc<Server>, tasks: TaskTracker, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let peer = peer.ip().to_canonical();
                if let Some(place) = server.doors.enter(peer) {
                    tasks.spawn(connection(stream, peer, place, server.clone()));
                }
            }
            // Out of descriptors or memory: without a pause this would spin.
            Err(error) if !passing(&error) => sleep(Duration::from_millis(50)).await,
            Err(_) => {}
        }
    }
}

/// Whether an error of accept(2) was about that one connection.
fn passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted, WouldBlock};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted | WouldBlock)
}

async fn connection(stream: TcpStream, peer: IpAddr, place: Place, server: Arc<Server>) {
    // Without it small responses would wait for acknowledgements; where it fails they do.
    let _ = stream.set_nodelay(true);
    // One that says nothing costs a socket and this, no buffers.
    let spoke = tokio::select! {
        spoke = timeout(server.limits.headers, stream.readable()) => matches!(spoke, Ok(Ok(()))),
        _ = place.bell.wait(None) => false,
    };
    if spoke {
        Box::pin(talk(stream, peer, place, server)).await;
    }
}

async fn talk(stream: TcpStream, peer: IpAddr, place: Place, server: Arc<Server>) {
    let lane = Arc::new(Lane::default());
    let pulse = place.pulse.clone();
    let wire = Wire::new(stream, lane.clone(), pulse.clone());
    let service = service_fn(|request| {
        pulse.begin();
        let (server, lane, pulse) = (server.clone(), lane.clone(), pulse.clone());
        async move {
            let response = handle(&server.site, &lane, &pulse, peer, &request).await;
            pulse.answered();
            Ok::<_, Infallible>(response)
        }
    });
    let conn = server.protocol.serve_connection(wire, service);
    tokio::pin!(conn);
    let mut called = None;
    loop {
        let call = tokio::select! {
            _ = &mut conn => return,
            () = watch(&place, &server.limits) => return,
            call = place.bell.wait(called) => call,
        };
        match call {
            Call::Finish => conn.as_mut().graceful_shutdown(),
            Call::Leave => return pulse.end("the connection had to make room for another"),
            Call::End => return pulse.end("the server stopped"),
        }
        called = Some(call);
    }
}

/// Returns when the connection is late.
async fn watch(place: &Place, limits: &Limits) {
    // A state may change to one that ends sooner, so it is looked at again after the shortest of them at the latest.
    let pause = limits.headers.min(limits.idle).min(limits.stall);
    loop {
        let now = Instant::now();
        let deadline = place.pulse.deadline(limits);
        if let Some((at, why)) = deadline
            && at <= now
        {
            return place.pulse.end(why);
        }
        let at = deadline.map_or(now + pause, |(at, _)| at.min(now + pause));
        sleep_until(at.into()).await;
    }
}
