// Codecs of the parts that job records and job events share.
#pragma once

#include <string>

#include "api/jobs_api.h"
#include "base/cbor.h"
#include "base/result.h"

namespace api {

base::Cbor TaskRecordToCbor(const TaskRecord& task);
base::Result<TaskRecord> TaskRecordFromCbor(const base::Cbor& value);
base::Cbor JobRecordToCbor(const JobRecord& record);
base::Result<JobRecord> JobRecordFromCbor(const base::Cbor& value);

/// The enumerator stored under `key`; kCorrupt when it is not below `count`.
template <class E>
base::Result<E> EnumFrom(base::CborFields& fields, int64_t key, int64_t count) {
  ASSIGN_OR_RETURN(const int64_t number, fields.Int(key));
  if (number < 0 || number >= count) {
    return base::Error(base::Code::kCorrupt, "base.bad_cbor",
                       "field " + std::to_string(key) + " holds " + std::to_string(number) +
                           ", which is no known choice");
  }
  return static_cast<E>(number);
}

}  // namespace api
