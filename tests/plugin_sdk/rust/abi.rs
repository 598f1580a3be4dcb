//! The plugin ABI, as jobhost/plugin.h has it: the same structs, written for Rust by hand. Rust 1.63 or later.
#![allow(dead_code)] // a mirror has all members, whatever one plugin uses

use std::os::raw::c_void;

pub const ABI_MAJOR: u16 = 1;
pub const ABI_MINOR: u16 = 1;

pub type Status = i32;
pub const OK: Status = 0;
pub const FAILED: Status = 1;
pub const FATAL: Status = 2;
pub const CANCELLED: Status = 3;
pub const YIELDED: Status = 4;
pub const BAD_ARGUMENTS: Status = 5;

pub const LOG_INFO: i32 = 1;

/// Borrowed UTF-8; copy what has to outlive the call, or the run where the header says so.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    pub data: *const u8,
    pub size: usize,
}

impl Text {
    pub const fn of(text: &str) -> Text {
        Text { data: text.as_ptr(), size: text.len() }
    }
}

/// Opaque; one for each plugin that is loaded.
pub enum Host {}
/// Opaque; one for each run.
pub enum Context {}

/// What the host gives. Every function may be missing: the host may be older than this mirror.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HostApi {
    pub struct_size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub host_version: Text,
    pub log: Option<extern "C" fn(*mut Host, *mut Context, i32, Text)>,
    pub get_extension: Option<extern "C" fn(*mut Host, Text) -> *const c_void>,
    pub job_id: Option<extern "C" fn(*mut Context) -> i64>,
    pub lease: Option<extern "C" fn(*mut Context) -> i64>,
    pub attempt: Option<extern "C" fn(*mut Context) -> u32>,
    pub scheduled_at: Option<extern "C" fn(*mut Context) -> i64>,
    pub idempotency_key: Option<extern "C" fn(*mut Context) -> Text>,
    pub definition: Option<extern "C" fn(*mut Context) -> Text>,
    pub arguments: Option<extern "C" fn(*mut Context) -> Text>,
    pub get_integer: Option<extern "C" fn(*mut Context, Text, *mut i64) -> Status>,
    pub get_number: Option<extern "C" fn(*mut Context, Text, *mut f64) -> Status>,
    pub get_boolean: Option<extern "C" fn(*mut Context, Text, *mut i32) -> Status>,
    pub get_string: Option<extern "C" fn(*mut Context, Text, *mut Text) -> Status>,
    pub get_size: Option<extern "C" fn(*mut Context, Text, *mut u32) -> Status>,
    pub get_json: Option<extern "C" fn(*mut Context, Text, *mut Text) -> Status>,
    pub get_name: Option<extern "C" fn(*mut Context, Text, u32, *mut Text) -> Status>,
    pub progress: Option<extern "C" fn(*mut Context, f64, Text) -> Status>,
    pub stop_requested: Option<extern "C" fn(*mut Context) -> u32>,
    pub wait_for_stop: Option<extern "C" fn(*mut Context, i64) -> u32>,
    pub set_result: Option<extern "C" fn(*mut Context, Text) -> Status>,
    pub set_error: Option<extern "C" fn(*mut Context, Text, Text) -> Status>,
}

impl HostApi {
    /// A copy of the host's table in which all that an older host lacks is None.
    ///
    /// # Safety
    /// `given` is the table that the host has handed to the plugin.
    pub unsafe fn copy_of(given: *const HostApi) -> HostApi {
        let mut copy: HostApi = std::mem::zeroed();
        let size = std::cmp::min((*given).struct_size as usize, std::mem::size_of::<HostApi>());
        std::ptr::copy_nonoverlapping(given as *const u8, &mut copy as *mut HostApi as *mut u8, size);
        copy
    }
}

/// A kind of job.
#[repr(C)]
pub struct JobType {
    pub struct_size: u32,
    pub flags: u32,
    pub name: Text,
    pub description: Text,
    pub arguments_schema: Text,
    pub result_schema: Text,
    pub payload_version: u32,
    pub reserved: u32,
    pub default_timeout_us: i64,
    pub user: *mut c_void,
    pub run: Option<extern "C" fn(*const JobType, *mut Context) -> Status>,
    pub accepts_from: u32,
    pub reserved2: u32,
    pub upgrade: Option<
        extern "C" fn(
            *const JobType,
            *mut Context,
            u32,
            Text,
            Option<extern "C" fn(*mut c_void, Text)>,
            *mut c_void,
        ) -> Status,
    >,
}

/// What the plugin gives.
#[repr(C)]
pub struct Plugin {
    pub struct_size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub name: Text,
    pub version: Text,
    pub job_type_count: u32,
    pub host_minor_required: u16,
    pub reserved: u16,
    pub job_types: *const *const JobType,
    pub init: Option<extern "C" fn(*mut Host, *const HostApi) -> Status>,
    pub shutdown: Option<extern "C" fn()>,
    pub get_extension: Option<extern "C" fn(Text) -> *const c_void>,
}

// Both are statics that nobody changes.
unsafe impl Sync for JobType {}
unsafe impl Sync for Plugin {}

/// What the host looks for in the file before it loads it.
#[repr(C)]
pub struct Tag {
    pub magic: [u8; 16],
    pub abi_major: u16,
    pub abi_minor: u16,
    pub pointer_size: u8,
    pub little_endian: u8,
    pub compiler: u8,
    pub reserved: u8,
    pub sizeof_host_api: u32,
    pub sizeof_plugin: u32,
    pub sizeof_job_type: u32,
    pub padding: [u8; 28],
}

impl Tag {
    pub const fn new() -> Tag {
        Tag {
            magic: *b"JOBHOST\x01\xAB\x1D\xC0\xDE\x9B\x5F\x3A\x71",
            abi_major: ABI_MAJOR,
            abi_minor: ABI_MINOR,
            pointer_size: std::mem::size_of::<usize>() as u8,
            little_endian: cfg!(target_endian = "little") as u8,
            compiler: 4,
            reserved: 0,
            sizeof_host_api: std::mem::size_of::<HostApi>() as u32,
            sizeof_plugin: std::mem::size_of::<Plugin>() as u32,
            sizeof_job_type: std::mem::size_of::<JobType>() as u32,
            padding: [0; 28],
        }
    }
}
