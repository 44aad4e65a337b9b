# Facts: Hugging Face Transformers documentation: `from_pretrained` downloads what the cache lacks; `trust_remote_code` runs the repository's code.

@framework("ai-client")
@effect("model.load")
def pipeline(task=..., model=..., config=..., tokenizer=..., feature_extractor=..., image_processor=..., processor=..., revision=..., use_fast=..., token=..., device=..., trust_remote_code=..., **kwargs): ...
class PreTrainedModel:
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> Self: ...
    @effect("fs.write")
    def save_pretrained(self, save_directory, **kwargs): ...
    @effect("net", write=True)
    def push_to_hub(self, *args, **kwargs): ...
    def generate(self, inputs=..., **kwargs): ...
    def eval(self): ...
    def to(self, *args, **kwargs): ...

class PreTrainedTokenizerBase:
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *init_inputs, **kwargs) -> Self: ...
    @effect("fs.write")
    def save_pretrained(self, save_directory, **kwargs): ...
    def __call__(self, text=..., **kwargs): ...
    def encode(self, text, **kwargs): ...
    def decode(self, token_ids, **kwargs): ...
    def apply_chat_template(self, conversation, **kwargs): ...

class Trainer:
    def __init__(self, model=..., args=..., **kwargs): ...
    @effect("fs.write")
    @effect("stdout")
    @effect("random")
    def train(self, resume_from_checkpoint=..., **kwargs): ...
    @effect("stdout")
    def evaluate(self, *args, **kwargs): ...
    @effect("stdout")
    def predict(self, *args, **kwargs): ...
    @effect("fs.write")
    def save_model(self, output_dir=..., _internal_call=...): ...

@effect("state")
def set_seed(seed, deterministic=...): ...
class AutoModel(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class AutoModelForCausalLM(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class AutoModelForSequenceClassification(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class AutoModelForSeq2SeqLM(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class AutoModelForTokenClassification(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class AutoModelForQuestionAnswering(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class AutoModelForMaskedLM(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class BertModel(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class BertForSequenceClassification(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class GPT2LMHeadModel(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class T5ForConditionalGeneration(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class CLIPModel(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class WhisperForConditionalGeneration(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class LlamaForCausalLM(PreTrainedModel):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs) -> PreTrainedModel: ...

class AutoTokenizer(PreTrainedTokenizerBase):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *init_inputs, **kwargs) -> PreTrainedTokenizerBase: ...

class BertTokenizer(PreTrainedTokenizerBase):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *init_inputs, **kwargs) -> PreTrainedTokenizerBase: ...

class GPT2Tokenizer(PreTrainedTokenizerBase):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *init_inputs, **kwargs) -> PreTrainedTokenizerBase: ...

class T5Tokenizer(PreTrainedTokenizerBase):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *init_inputs, **kwargs) -> PreTrainedTokenizerBase: ...

class BertTokenizerFast(PreTrainedTokenizerBase):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *init_inputs, **kwargs) -> PreTrainedTokenizerBase: ...

class CLIPTokenizer(PreTrainedTokenizerBase):
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, *init_inputs, **kwargs) -> PreTrainedTokenizerBase: ...

class AutoConfig:
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs): ...

class AutoProcessor:
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs): ...

class AutoFeatureExtractor:
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs): ...

class AutoImageProcessor:
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs): ...

class CLIPProcessor:
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs): ...

class WhisperProcessor:
    @classmethod
    @effect("model.load")
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs): ...
