# Facts: Django documentation, "Request and response objects".
from django.http.request import HttpRequest as HttpRequest, QueryDict as QueryDict
from django.http.response import HttpResponse as HttpResponse, JsonResponse as JsonResponse, StreamingHttpResponse as StreamingHttpResponse, FileResponse as FileResponse, HttpResponseRedirect as HttpResponseRedirect, Http404 as Http404
