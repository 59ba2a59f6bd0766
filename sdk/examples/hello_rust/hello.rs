//! GET /api/hello-rust/{name}, over the C headers: only what is used of them is written down here, member by member as it
//! stands in netbit/result.h, host.h, plugin.h and http.h. A table may be longer than what is declared; never shorter.

use std::ffi::{c_char, c_void};
use std::panic::catch_unwind;
use std::ptr::{null, null_mut};

const NB_OK: i32 = 0;
const NB_UNAVAILABLE: i32 = 9;
const NB_INTERNAL: i32 = 11;
const NB_ACCESS_ANYONE: u32 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
struct Str {
    ptr: *const u8,
    len: usize,
}

impl Str {
    const ABSENT: Str = Str { ptr: null(), len: 0 };

    fn of(text: &str) -> Str {
        Str { ptr: text.as_ptr(), len: text.len() }
    }
    /// Borrowed until the request is answered. The host's texts are UTF-8.
    unsafe fn text<'a>(self) -> &'a str {
        if self.ptr.is_null() {
            return "";
        }
        std::str::from_utf8(std::slice::from_raw_parts(self.ptr, self.len)).unwrap_or("")
    }
}

#[repr(C)]
struct Host {
    size: u32,
    abi_major: u16,
    abi_minor: u16,
    version: *const c_char,
    plugin_id: *const c_char,
    implementation: *mut c_void,
    service: unsafe extern "C" fn(*const Host, *const c_char) -> *const c_void,
}

type Handler = unsafe extern "C" fn(user: *mut c_void, request: *mut c_void) -> i32;

#[repr(C)]
struct Route {
    size: u32,
    access: u32,
    flags: u32,
    max_body_bytes: u32,
    method: Str,
    pattern: Str,
    summary: Str,
    handler: Handler,
    user: *mut c_void,
    thaw: *const c_void,
}

#[repr(C)]
struct Reply {
    size: u32,
    status: i32,
    content_type: Str,
    bytes: Str,
    body: *mut c_void,
    headers: *const c_void,
    header_count: usize,
}

/// The first members of nb_http_api, as far as they are needed.
#[repr(C)]
struct Http {
    size: u32,
    reserved: u32,
    add_route: unsafe extern "C" fn(*const Host, *const Route, *mut c_void) -> i32,
    method: *const c_void,
    target: *const c_void,
    header: *const c_void,
    param: unsafe extern "C" fn(*const c_void, Str) -> Str,
    query_value: *const c_void,
    body: *const c_void,
    peer: *const c_void,
    id: *const c_void,
    principal: *const c_void,
    reply: unsafe extern "C" fn(*mut c_void, *const Reply) -> i32,
}

struct Plugin {
    host: *const Host,
    http: &'static Http,
}

fn greeting(name: &str) -> String {
    if name == "panic" {
        panic!("on request");
    }
    format!("Hello, {name}, from Rust!")
}

unsafe extern "C" fn hello(user: *mut c_void, request: *mut c_void) -> i32 {
    let plugin = &*(user as *const Plugin);
    let name = (plugin.http.param)(request, Str::of("name")).text();
    // No panic crosses the border: it ends the request with a 500.
    let Ok(text) = catch_unwind(|| greeting(name)) else {
        return NB_INTERNAL;
    };
    let reply = Reply {
        size: std::mem::size_of::<Reply>() as u32,
        status: 200,
        content_type: Str::of("text/plain; charset=utf-8"),
        bytes: Str::of(&text), // copied before the call returns
        body: null_mut(),
        headers: null(),
        header_count: 0,
    };
    (plugin.http.reply)(request, &reply)
}

unsafe extern "C" fn create(host: *const Host, out: *mut *mut Plugin, _error: *mut c_void) -> i32 {
    let http = ((*host).service)(host, c"netbit.http/1".as_ptr()) as *const Http;
    match http.as_ref() {
        Some(http) => {
            *out = Box::into_raw(Box::new(Plugin { host, http }));
            NB_OK
        }
        None => NB_UNAVAILABLE,
    }
}

unsafe extern "C" fn start(plugin: *mut Plugin, error: *mut c_void) -> i32 {
    let route = Route {
        size: std::mem::size_of::<Route>() as u32,
        access: NB_ACCESS_ANYONE,
        flags: 0,
        max_body_bytes: 0,
        method: Str::of("GET"),
        pattern: Str::of("/api/hello-rust/{name}"),
        summary: Str::ABSENT,
        handler: hello,
        user: plugin as *mut c_void,
        thaw: null(),
    };
    ((*plugin).http.add_route)((*plugin).host, &route, error)
}

unsafe extern "C" fn destroy(plugin: *mut Plugin) {
    drop(Box::from_raw(plugin));
}

type Call = unsafe extern "C" fn(*mut Plugin, *mut c_void) -> i32;

#[repr(C)]
struct Calls {
    size: u32,
    reserved: u32,
    create: unsafe extern "C" fn(*const Host, *mut *mut Plugin, *mut c_void) -> i32,
    configure: Option<Call>,
    start: Call,
    quiesce: Option<Call>,
    stop: Option<Call>,
    destroy: unsafe extern "C" fn(*mut Plugin),
}

#[repr(C)]
pub struct Entry {
    magic: u32,
    size: u32,
    abi_major: u16,
    abi_minor: u16,
    flags: u32,
    id: *const c_char,
    version: *const c_char,
    sdk: *const c_char,
    toolchain: *const c_char,
    calls: *const Calls,
}
unsafe impl Sync for Entry {} // constants, all of them

static CALLS: Calls = Calls {
    size: std::mem::size_of::<Calls>() as u32,
    reserved: 0,
    create,
    configure: None,
    start,
    quiesce: None,
    stop: None,
    destroy,
};

static ENTRY: Entry = Entry {
    magic: 0x4e42_5031,
    size: std::mem::size_of::<Entry>() as u32,
    abi_major: 1,
    abi_minor: 0,
    flags: 0,
    id: c"hello_rust".as_ptr(),
    version: c"1.0.0".as_ptr(),
    sdk: c"1.0.0".as_ptr(),
    toolchain: c"rustc".as_ptr(),
    calls: &CALLS,
};

/// The one symbol.
#[no_mangle]
pub extern "C" fn netbit_plugin_entry() -> *const Entry {
    &ENTRY
}
