//! Sizes and offsets of the mirror, told as JSON: {"jobhost_text": 16, "jobhost_text.data": 0, ...}.

use crate::abi::{HostApi, JobType, Plugin, Tag, Text};
use std::mem::{size_of, MaybeUninit};
use std::ptr::addr_of;

macro_rules! layout {
    ($($name:literal $type:ty { $($member:ident)* })*) => {{
        let mut all = Vec::new();
        $(
            all.push(format!("\"{}\":{}", $name, size_of::<$type>()));
            let value = MaybeUninit::<$type>::uninit();
            let begin = value.as_ptr();
            $(
                let at = unsafe { addr_of!((*begin).$member) as usize };
                all.push(format!("\"{}.{}\":{}", $name, stringify!($member), at - begin as usize));
            )*
        )*
        format!("{{{}}}", all.join(","))
    }};
}

pub fn as_json() -> String {
    layout! {
        "jobhost_text" Text { data size }
        "jobhost_host_api" HostApi {
            struct_size abi_major abi_minor host_version log get_extension job_id lease attempt scheduled_at
            idempotency_key definition arguments get_integer get_number get_boolean get_string get_size get_json
            get_name progress stop_requested wait_for_stop set_result set_error
        }
        "jobhost_job_type" JobType {
            struct_size flags name description arguments_schema result_schema payload_version reserved
            default_timeout_us user run accepts_from reserved2 upgrade
        }
        "jobhost_plugin" Plugin {
            struct_size abi_major abi_minor name version job_type_count host_minor_required reserved job_types
            init shutdown get_extension
        }
        "jobhost_abi_tag" Tag {
            magic abi_major abi_minor pointer_size little_endian compiler reserved sizeof_host_api sizeof_plugin
            sizeof_job_type padding
        }
    }
}
