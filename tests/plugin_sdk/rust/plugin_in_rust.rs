//! A plugin in Rust: nothing but the ABI and the standard library.

mod abi;
mod layout;

use abi::{Context, Host, HostApi, JobType, Plugin, Status, Tag, Text};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

static HOST: AtomicPtr<Host> = AtomicPtr::new(null_mut());
static API: AtomicPtr<HostApi> = AtomicPtr::new(null_mut());

/// Why a run fails.
struct Failure {
    status: Status,
    code: &'static str,
    message: String,
}

/// One run, for as long as it lasts.
struct Run {
    context: *mut Context,
    api: HostApi,
}

impl Run {
    fn integer(&self, pointer: &str) -> Option<i64> {
        let mut number = 0;
        let status = self.api.get_integer?(self.context, Text::of(pointer), &mut number);
        (status == abi::OK).then(|| number)
    }
    fn info(&self, line: &str) {
        if let Some(log) = self.api.log {
            log(HOST.load(Ordering::Acquire), self.context, abi::LOG_INFO, Text::of(line));
        }
    }
    fn progress(&self, fraction: f64, note: &str) {
        if let Some(progress) = self.api.progress {
            progress(self.context, fraction, Text::of(note));
        }
    }
    fn set_result(&self, json: &str) {
        if let Some(set_result) = self.api.set_result {
            set_result(self.context, Text::of(json));
        }
    }
    fn set_error(&self, code: &str, message: &str) {
        if let Some(set_error) = self.api.set_error {
            set_error(self.context, Text::of(code), Text::of(message));
        }
    }
}

fn double(run: &Run) -> Result<(), Failure> {
    let number = run.integer("/number").filter(|number| (0..=1000).contains(number)).ok_or(Failure {
        status: abi::BAD_ARGUMENTS,
        code: "bad_number",
        message: "/number must be 0 to 1000".to_string(),
    })?;
    run.info("doubled");
    run.progress(0.5, "half");
    run.set_result(&(2 * number).to_string());
    Ok(())
}

fn panic(_: &Run) -> Result<(), Failure> {
    panic!("something went wrong")
}

fn layout(run: &Run) -> Result<(), Failure> {
    run.set_result(&layout::as_json());
    Ok(())
}

/// Runs a job. No panic leaves it: a panic is a failed run that may be tried again.
fn guarded(context: *mut Context, job: fn(&Run) -> Result<(), Failure>) -> Status {
    let run = Run { context, api: unsafe { *API.load(Ordering::Acquire) } };
    let failure = match catch_unwind(AssertUnwindSafe(|| job(&run))) {
        Ok(Ok(())) => return abi::OK,
        Ok(Err(failure)) => failure,
        Err(thrown) => {
            let words = thrown.downcast_ref::<&str>().map(|text| text.to_string());
            let message = words.or_else(|| thrown.downcast_ref::<String>().cloned()).unwrap_or_default();
            Failure { status: abi::FAILED, code: "panic", message }
        }
    };
    run.set_error(failure.code, &failure.message);
    failure.status
}

extern "C" fn run_double(_: *const JobType, context: *mut Context) -> Status {
    guarded(context, double)
}
extern "C" fn run_panic(_: *const JobType, context: *mut Context) -> Status {
    guarded(context, panic)
}
extern "C" fn run_layout(_: *const JobType, context: *mut Context) -> Status {
    guarded(context, layout)
}

extern "C" fn init(host: *mut Host, api: *const HostApi) -> Status {
    HOST.store(host, Ordering::Release);
    API.store(Box::into_raw(Box::new(unsafe { HostApi::copy_of(api) })), Ordering::Release);
    abi::OK
}

extern "C" fn shutdown() {
    drop(unsafe { Box::from_raw(API.swap(null_mut(), Ordering::AcqRel)) });
}

const fn job_type(
    name: &str,
    description: &str,
    run: extern "C" fn(*const JobType, *mut Context) -> Status,
) -> JobType {
    JobType {
        struct_size: std::mem::size_of::<JobType>() as u32,
        flags: 0,
        name: Text::of(name),
        description: Text::of(description),
        arguments_schema: Text::of(""),
        result_schema: Text::of(""),
        payload_version: 1,
        reserved: 0,
        default_timeout_us: 0,
        user: null_mut(),
        run: Some(run),
        accepts_from: 0,
        reserved2: 0,
        upgrade: None,
    }
}

static DOUBLE: JobType = job_type("double", "Doubles a number", run_double);
static PANIC: JobType = job_type("panic", "Panics", run_panic);
static LAYOUT: JobType = job_type("layout", "Tells where the members of the structs lie", run_layout);

struct JobTypes([*const JobType; 3]);
unsafe impl Sync for JobTypes {}
static JOB_TYPES: JobTypes = JobTypes([&DOUBLE, &PANIC, &LAYOUT]);

static PLUGIN: Plugin = Plugin {
    struct_size: std::mem::size_of::<Plugin>() as u32,
    abi_major: abi::ABI_MAJOR,
    abi_minor: abi::ABI_MINOR,
    name: Text::of("in_rust"),
    version: Text::of("1.0.0"),
    job_type_count: JOB_TYPES.0.len() as u32,
    host_minor_required: 0,
    reserved: 0,
    job_types: JOB_TYPES.0.as_ptr(),
    init: Some(init),
    shutdown: Some(shutdown),
    get_extension: None,
};

#[allow(non_upper_case_globals)]
#[no_mangle]
pub static jobhost_tag: Tag = Tag::new();

#[no_mangle]
pub extern "C" fn jobhost_plugin_entry_v1(api: *const HostApi) -> *const Plugin {
    if unsafe { (*api).abi_major } == abi::ABI_MAJOR {
        &PLUGIN
    } else {
        std::ptr::null()
    }
}
