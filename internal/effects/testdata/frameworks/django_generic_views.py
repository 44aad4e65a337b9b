"""Views whose forms, serializers and rows are of the classes that their attributes name."""
import requests
from django import forms
from django.db import models
from django.shortcuts import redirect
from django.views.generic import CreateView, FormView
from rest_framework import serializers, viewsets
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response


class Book(models.Model):
    title = models.CharField(max_length=9)

    def index(self):  # want: net!
        requests.post("https://example.com/index", timeout=3)


class BookForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title"]


class AskForm(forms.Form):
    def send(self):  # want: net!
        requests.post("https://example.com/ask", timeout=3)


class BookNew(FormView):
    form_class = BookForm

    def form_valid(self, form):  # want: db.write!
        form.save()
        return redirect("/")


class Ask(FormView):
    form_class = AskForm

    def form_valid(self, form):  # want: net!
        form.send()
        return redirect("/")


class BookCreate(CreateView):
    model = Book

    def form_valid(self, form):  # want: db.write!
        form.instance.title = "x"
        return super().form_valid(form)


class BookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title"]

    def tell(self):  # want: net!
        requests.post("https://example.com/tell", timeout=3)


class Books(GenericAPIView):
    queryset = Book.objects.all()
    serializer_class = BookSerializer

    def post(self, request):  # want: db! db.write! net!
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        serializer.tell()
        return Response(serializer.data)

    def get(self, request):  # want: db!
        rows = self.filter_queryset(self.get_queryset())
        return Response([b.title for b in rows])

    def put(self, request):  # want: db! net!
        for book in self.get_queryset():
            book.index()


class BookSet(viewsets.ModelViewSet):
    queryset = Book.objects.all()
    serializer_class = BookSerializer

    def create(self, request):  # want: db! db.write! net!
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid()
        self.perform_create(serializer)
        return Response(serializer.data)

    def perform_create(self, serializer):  # want: db.write! net!
        serializer.save()
        serializer.tell()

    def close(self, request, pk=None):  # want: db! db.write! net!
        book = self.get_object()
        book.save()
        book.index()
        return Response({})
